/** LT-13: security groups beside network interfaces. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** EC2 takes one of the two places. */
export const lt13 = templateRule('LT-13', () => ({}))
