/** AMI-4: instance types of another architecture than the AMI type. Check layer, pure. */

import { instanceType } from '../../nodes/instance-types.ts'
import { typesOf } from '../instance-choice.ts'
import type { GroupRule } from '../rule.ts'

/** EKS refuses the group. */
export const ami4: GroupRule = {
  id: 'AMI-4',
  scope: 'group',
  find: (group) => {
    const { amiType = 'CUSTOM', template } = group
    if (amiType === 'CUSTOM') return []
    const amiArch = /arm_?64/i.test(amiType) ? 'arm64' : 'x86_64'
    const isOwn = template?.data?.InstanceType !== undefined
    const member = isOwn ? 'template.InstanceType' : 'instanceTypes'
    return typesOf(group).flatMap((type) => {
      const known = instanceType(type)
      if (known === undefined) return []
      const arch = known.arch === 'arm64' ? 'arm64' : 'x86_64'
      return arch === amiArch ? [] : [{ member, values: { type, arch, amiType, amiArch } }]
    })
  },
}
