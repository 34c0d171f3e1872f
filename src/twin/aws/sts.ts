/** The Security Token Service: who is calling, and roles taken on. Twin layer. */

import type * as Sdk from '@aws-sdk/client-sts'
import type { Session } from '../kernel/session.ts'
import type { AwsAccount } from './account.ts'
import { awsError } from './errors.ts'
import { type PortOf, portOf } from './operation-table.ts'

/** Round trip of a client in the same Region. */
const latencyMs = 40

function getCallerIdentity(
  account: AwsAccount,
  _input: Sdk.GetCallerIdentityRequest,
  user: string,
): Sdk.GetCallerIdentityResponse {
  return {
    Account: account.accountId,
    Arn: `arn:aws:iam::${account.accountId}:user/${user}`,
    UserId: 'AIDATWIN',
  }
}

/**
 * Credentials of a role. The twin does not judge trust policies: whoever asks for a role of the
 * account gets it. @throws RegroupError AccessDenied for a role that does not exist, as STS says it.
 */
function assumeRole(
  account: AwsAccount,
  input: Sdk.AssumeRoleRequest,
  user: string,
): Sdk.AssumeRoleResponse {
  const name = input.RoleArn?.split('/').at(-1) ?? ''
  const role = account.iam.roles.get(name)
  if (role?.arn !== input.RoleArn || role === undefined) {
    const caller = `arn:aws:iam::${account.accountId}:user/${user}`
    const text = `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`
    throw awsError('AccessDenied', text)
  }
  const seconds = input.DurationSeconds ?? 3600
  if (seconds > role.maxSessionSeconds) {
    const text = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'
    throw awsError('ValidationError', text)
  }
  const secret = account.kernel.hexId('assumed-secret', 40)
  return {
    Credentials: {
      AccessKeyId: `ASIA${account.kernel.hexId('assumed-key', 16).toUpperCase()}`,
      SecretAccessKey: secret,
      SessionToken: `twin${account.kernel.hexId('assumed-token', 64)}`,
      Expiration: new Date(account.kernel.nowMs() + seconds * 1000),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
      Arn: `arn:aws:sts::${account.accountId}:assumed-role/${name}/${input.RoleSessionName}`,
    },
    PackedPolicySize: 0,
  }
}

const table = { assumeRole, getCallerIdentity }

/** The port's methods. */
export function stsPort(account: AwsAccount, session: Session): PortOf<typeof table> {
  return portOf({ account, session, service: 'sts', latencyMs }, table)
}
