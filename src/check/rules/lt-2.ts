/** LT-2: a subnet in a network interface of the template. Check layer, pure. */

import { isRecord } from '../../nodes/field-schema.ts'
import { listOf } from '../template-reading.ts'
import { templateRule } from '../template-rule.ts'

/** Subnets belong to the node group. */
export const lt2 = templateRule('LT-2', ({ template }) => ({
  n: listOf(template?.data?.NetworkInterfaces).findIndex(
    (one) => isRecord(one) && one.SubnetId !== undefined,
  ),
}))
