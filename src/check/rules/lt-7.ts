/** LT-7: remote access beside a template. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** Key and security groups belong into the template. */
export const lt7 = templateRule('LT-7', () => ({}))
