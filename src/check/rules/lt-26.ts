/** LT-26: no metadata options in the template. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** What EC2 takes then is not what anybody chose. */
export const lt26 = templateRule('LT-26', () => ({}))
