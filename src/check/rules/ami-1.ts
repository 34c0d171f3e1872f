/** AMI-1: an AMI type beside an image in the template. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** EKS takes CUSTOM or nothing. */
export const ami1 = templateRule('AMI-1', ({ amiType }) => ({ amiType: amiType ?? '' }))
