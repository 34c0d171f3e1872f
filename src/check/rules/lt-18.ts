/** LT-18: the metadata endpoint is disabled. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** Bootstrap reads it. */
export const lt18 = templateRule('LT-18', () => ({}))
