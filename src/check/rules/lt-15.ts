/** LT-15: several security groups that claim to be the cluster's. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { securityGroupsOf } from '../template-reading.ts'

/** By their tags; the service controller wants exactly one. */
export const lt15: GroupRule = {
  id: 'LT-15',
  scope: 'group',
  find: ({ template }, { cluster }) => {
    const { name } = cluster
    const tags = cluster.live?.securityGroups
    if (name === undefined || tags === undefined) return []
    const key = `kubernetes.io/cluster/${name}`
    const tagged = (securityGroupsOf(template) ?? []).filter((id) =>
      Object.hasOwn(tags.get(id) ?? {}, key),
    )
    if (tagged.length < 2) return []
    return [{ member: 'template.SecurityGroupIds', values: { n: tagged.length, cluster: name } }]
  },
}
