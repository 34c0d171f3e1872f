/** LT-1: an instance profile in the template. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** EKS makes its own from the node role. */
export const lt1 = templateRule('LT-1', () => ({}))
