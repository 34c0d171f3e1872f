/** AMI-12: an image of EKS named in the template. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** Known where the image comes from a parameter of EKS: it is not one of your own then. */
export const ami12: GroupRule = {
  id: 'AMI-12',
  scope: 'group',
  find: ({ template }) => {
    const isOfEks = /^\/aws\/service\/(?:eks\/optimized-ami|bottlerocket)\//.test(
      template?.imageParameter ?? '',
    )
    if (!isOfEks) return []
    return [{ member: 'template.ImageId', values: { settings: 'what user data can set' } }]
  },
}
