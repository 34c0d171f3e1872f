/** AMI-14: an image by SSM parameter in the template. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** The role of EKS may not read it. */
export const ami14 = templateRule('AMI-14', () => ({}))
