/** IAM-1: a node role that EC2 may not assume, or that is not there. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** Partitions of AWS in China have a service name of their own. */
const principals: ReadonlySet<string> = new Set(['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'])

/** EKS looks at the trust policy when it makes a group. */
export const iam1: GroupRule = {
  id: 'IAM-1',
  scope: 'group',
  find: ({ nodeRole }, { cluster }) => {
    const role = cluster.live?.roles?.get(nodeRole ?? '')
    if (nodeRole === undefined || role === undefined) return []
    const member = 'nodeRole'
    if (role === 'missing') {
      return [{ member, about: nodeRole, message: `Role ${nodeRole} does not exist.` }]
    }
    if (role.principals.some((one) => principals.has(one))) return []
    return [{ member, about: nodeRole, values: { role: nodeRole } }]
  },
}
