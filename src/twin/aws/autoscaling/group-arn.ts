/** The ARN of a group. Twin layer. */

import { hash32 } from '../../../world/random.ts'
import type { AwsAccount } from '../account.ts'
import type { GroupState } from '../state.ts'

/** Its UUID is made of the name and the time of creation. */
export function groupArn(account: AwsAccount, { createdMs, name }: GroupState): string {
  const hex = [0, 1, 2, 3]
    .map((part) => hash32(`${name}/${createdMs}/${part}`).toString(16).padStart(8, '0'))
    .join('')
  const uuid = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ]
  return `arn:aws:autoscaling:${account.region}:${account.accountId}:autoScalingGroup:${uuid.join('-')}:autoScalingGroupName/${name}`
}
