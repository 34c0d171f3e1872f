/** The AWS port of one client of the twin. Twin layer. */

import type { AwsApi, StsApi } from '../../world/aws-api.ts'
import type { Session } from '../kernel/session.ts'
import type { AwsAccount } from './account.ts'
import { autoScalingPort } from './autoscaling/port.ts'
import { ec2Port } from './ec2/port.ts'
import { eksPort } from './eks/port.ts'
import { senderFor } from './sender.ts'
import { ssmPort } from './ssm.ts'

/** Round trip of a client in the same Region. */
const stsLatencyMs = 40

/** A port for the session; its name is the user of every change. */
export function awsPort(account: AwsAccount, session: Session): AwsApi {
  return {
    region: account.region,
    eks: eksPort(account, session),
    autoScaling: autoScalingPort(account, session),
    ec2: ec2Port(account, session),
    ssm: ssmPort(account, session),
    sts: stsPort(account, session),
  }
}

function stsPort(account: AwsAccount, session: Session): StsApi {
  const send = senderFor(session, 'sts', stsLatencyMs)
  return {
    getCallerIdentity: send(
      'GetCallerIdentity',
      () => '',
      () => ({
        Account: account.accountId,
        Arn: `arn:aws:iam::${account.accountId}:user/${session.name}`,
        UserId: 'AIDATWIN',
      }),
    ),
  }
}
