/** AMI-9: accelerators on an image without their driver. Check layer, pure. */

import { instanceType } from '../../nodes/instance-types.ts'
import { typesOf } from '../instance-choice.ts'
import type { GroupRule } from '../rule.ts'

/** AL2_x86_64_GPU has the drivers of both. */
export const ami9: GroupRule = {
  id: 'AMI-9',
  scope: 'group',
  find: (group) => {
    const { amiType = 'CUSTOM' } = group
    if (amiType === 'CUSTOM' || amiType.endsWith('_GPU')) return []
    return typesOf(group).flatMap((type) => {
      const accelerator = acceleratorOf(type)
      if (accelerator === undefined || amiType.includes(accelerator.mark)) return []
      return [{ member: 'amiType', values: { type, accelerator: accelerator.name, amiType } }]
    })
  },
}

function acceleratorOf(type: string): { mark: string; name: string } | undefined {
  if (/^(?:inf|trn)\d/.test(type)) return { mark: 'NEURON', name: 'AWS Neuron devices' }
  const count = instanceType(type)?.gpuCount ?? 0
  return count > 0 ? { mark: 'NVIDIA', name: 'NVIDIA GPUs' } : undefined
}
