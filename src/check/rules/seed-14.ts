/** SEED-14: a volume that says the default and leaves the rest open. Check layer, pure. */

import { isRecord } from '../../nodes/field-schema.ts'
import type { GroupRule } from '../rule.ts'
import { listOf } from '../template-reading.ts'

const gp3Iops = 3000

/** gp3 has 3,000 IOPS anyway. */
export const seed14: GroupRule = {
  id: 'SEED-14',
  scope: 'group',
  find: ({ template }) =>
    listOf(template?.data?.BlockDeviceMappings).flatMap((mapping, index) => {
      const ebs = isRecord(mapping) && isRecord(mapping.Ebs) ? mapping.Ebs : {}
      const isDefault = ebs.VolumeType === 'gp3' && ebs.Iops === gp3Iops
      const isOpen = ebs.Throughput === undefined && ebs.Encrypted !== true
      return isDefault && isOpen ? [{ member: `template.BlockDeviceMappings[${index}].Ebs` }] : []
    }),
}
