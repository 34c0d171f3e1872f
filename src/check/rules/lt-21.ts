/** LT-21: no tags for what EC2 makes. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** Tags of the node group stay with the node group. */
export const lt21 = templateRule('LT-21', () => ({}))
