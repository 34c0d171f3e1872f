/** LT-17: pods that need instance metadata and are one hop too far away. Check layer, pure. */

import { isRecord } from '../../nodes/field-schema.ts'
import type { GroupRule } from '../rule.ts'

const namesMax = 3

/** Which pods need it is told by how they speak to AWS: with neither IRSA nor Pod Identity. */
export const lt17: GroupRule = {
  id: 'LT-17',
  scope: 'group',
  find: ({ template }, { cluster }) => {
    const options = template?.data?.MetadataOptions
    const users = cluster.live?.metadataUsers ?? []
    if (users.length === 0 || !isRecord(options) || options.HttpPutResponseHopLimit !== 1) return []
    const rest = users.length > namesMax ? ` and ${users.length - namesMax} more` : ''
    const workloads = users.slice(0, namesMax).join(', ') + rest
    return [{ member: 'template.MetadataOptions', values: { workloads } }]
  },
}
