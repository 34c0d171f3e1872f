/** AMI-5: instance types of another architecture than the image of the template. Check layer, pure. */

import { instanceType } from '../../nodes/instance-types.ts'
import { typesOf } from '../instance-choice.ts'
import { imageIdOf } from '../live/live-questions.ts'
import type { GroupRule } from '../rule.ts'

/** By the architecture that EC2 tells. */
export const ami5: GroupRule = {
  id: 'AMI-5',
  scope: 'group',
  find: (group, { cluster }) => {
    const ami = imageIdOf(group)
    const image = cluster.live?.images?.get(ami ?? '')
    if (ami === undefined || image === undefined) return []
    return typesOf(group).flatMap((type) => {
      const known = instanceType(type)
      if (known === undefined) return []
      const arch = known.arch === 'arm64' ? 'arm64' : 'x86_64'
      if (arch === image.arch) return []
      const values = { type, arch, ami, amiArch: image.arch }
      return [{ member: 'template.ImageId', about: `${ami} ${type}`, values }]
    })
  },
}
