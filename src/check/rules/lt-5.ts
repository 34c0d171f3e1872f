/** LT-5: instance types in the template and on the group. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** EKS takes one of the two places. */
export const lt5 = templateRule('LT-5', ({ instanceTypes, template }) => ({
  ltType: String(template?.data?.InstanceType),
  apiTypes: (instanceTypes ?? []).join(', '),
}))
