/** AMI-11: an image or a release that moves by itself. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

const floating = /(?:^|\/)(?:recommended|latest)(?:\/|$)/

/** Parameters of AWS that name the newest release. */
export const ami11: GroupRule = {
  id: 'AMI-11',
  scope: 'group',
  find: ({ releaseParameter, template }) => {
    const image = template?.imageParameter
    const [param, member] =
      image === undefined ? [releaseParameter, 'releaseVersion'] : [image, 'template.ImageId']
    if (param === undefined || !floating.test(param)) return []
    return [{ member, values: { param, clusters: 'every cluster that uses it' } }]
  },
}
