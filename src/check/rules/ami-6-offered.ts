/** AMI-6: instance types that the zones of a group do not have. Check layer, pure. */

import { typesOf } from '../instance-choice.ts'
import { subnetsOf } from '../live/subnets-of.ts'
import type { GroupRule } from '../rule.ts'

/** A group needs one of its types in each of its zones; a type that no zone has is refused. */
export const ami6Offered: GroupRule = {
  id: 'AMI-6',
  scope: 'group',
  find: (group, { cluster }) => {
    const offerings = cluster.live?.offerings
    const zones = [...new Set(subnetsOf(group, cluster).map(({ zone }) => zone))].sort()
    if (offerings === undefined || zones.length === 0) return []
    const isOwn = group.template?.data?.InstanceType !== undefined
    const member = isOwn ? 'template.InstanceType' : 'instanceTypes'
    return typesOf(group).flatMap((type) => {
      const lacking = zones.filter((zone) => offerings.get(zone)?.has(type) !== true)
      if (lacking.length === 0) return []
      const azs = lacking.join(', ')
      return [{ member, about: `${type} ${azs}`, values: { type, azs } }]
    })
  },
}
