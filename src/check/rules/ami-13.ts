/** AMI-13: a Kubernetes version that left EKS. Check layer, pure. */

import { endOfSupport } from '../../nodes/eks-support.ts'
import type { ClusterRule } from '../rule.ts'

/** By the end of extended support in the built-in table. */
export const ami13: ClusterRule = {
  id: 'AMI-13',
  scope: 'cluster',
  find: ({ version }, { today }) => {
    const date = version === undefined ? undefined : endOfSupport(version)
    if (version === undefined || date === undefined || date >= today) return []
    return [{ member: 'version', values: { version, date } }]
  },
}
