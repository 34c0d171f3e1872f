/** AMI-6: instance types that do not exist. Check layer, pure. */

import { instanceType, instanceTypeNames } from '../../nodes/instance-types.ts'
import { nearest } from '../../world/documents/nearest.ts'
import { typesOf } from '../instance-choice.ts'
import type { GroupRule } from '../rule.ts'

/** By the table of types; whether a zone offers one is known to AWS only. */
export const ami6: GroupRule = {
  id: 'AMI-6',
  scope: 'group',
  find: (group) => {
    const isOwn = group.template?.data?.InstanceType !== undefined
    const member = isOwn ? 'template.InstanceType' : 'instanceTypes'
    return typesOf(group)
      .filter((type) => instanceType(type) === undefined)
      .map((type) => {
        const near = nearest(type, instanceTypeNames())
        const hint = near === undefined ? '' : ` (did you mean ${near}?)`
        return { member, values: { type, azs: `any Region that we know${hint}` } }
      })
  },
}
