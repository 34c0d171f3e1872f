/** AMI-7: Amazon Linux 2 of EKS for a version that has none. Check layer, pure. */

import { minorOf } from '../../nodes/kubernetes-version.ts'
import type { GroupRule } from '../rule.ts'

/** Last minor with images of Amazon Linux 2 (data/eks-versions.json). */
const al2MinorLast = 32

/** Images of your own are no matter of EKS. */
export const ami7: GroupRule = {
  id: 'AMI-7',
  scope: 'group',
  find: ({ amiFamily, amiMode, amiType = '', before, version }, { cluster }) => {
    const isOfEks =
      amiType.startsWith('AL2_') || (amiFamily === 'AmazonLinux2' && amiMode === 'eks')
    const wanted = version ?? before?.version ?? cluster.version
    if (!isOfEks || wanted === undefined || !(minorOf(wanted) > al2MinorLast)) return []
    return [{ member: 'amiType', values: { version: wanted } }]
  },
}
