/** AMI-13: a Kubernetes version that left EKS. Check layer, pure. */

import { supportTable } from '../../nodes/kubernetes-support.ts'
import type { ClusterRule } from '../rule.ts'

/** By the end of extended support in the built-in table. */
export const ami13: ClusterRule = {
  id: 'AMI-13',
  scope: 'cluster',
  find: ({ version }, { today }) => {
    const row = supportTable.find((one) => one.version === version)
    const date = row?.endOfExtendedSupport ?? row?.endOfStandardSupport
    if (version === undefined || date === undefined || date >= today) return []
    return [{ member: 'version', values: { version, date } }]
  },
}
