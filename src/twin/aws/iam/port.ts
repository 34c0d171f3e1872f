/** The IAM half of the AWS port. Twin layer. */

import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { type PortOf, portOf } from '../operation-table.ts'
import { profileOperations } from './instance-profile.ts'
import { policyOperations } from './policy.ts'
import { providerOperations } from './provider.ts'
import { roleOperations } from './role.ts'
import { rolePolicyOperations } from './role-policy.ts'

/** Round trip of an IAM call. */
const latencyMs = 80

const table = {
  ...policyOperations,
  ...profileOperations,
  ...providerOperations,
  ...roleOperations,
  ...rolePolicyOperations,
}

/** The port's methods. */
export function iamPort(account: AwsAccount, session: Session): PortOf<typeof table> {
  return portOf({ account, session, service: 'iam', latencyMs }, table)
}
