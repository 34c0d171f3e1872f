/** LT-4: market options in the template of a group that is no capacity block. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** Spot is chosen on the group. */
export const lt4 = templateRule('LT-4', () => ({}))
