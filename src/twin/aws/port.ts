/** The AWS port of one client of the twin. Twin layer. */

import type { AwsApi } from '../../world/aws-api.ts'
import type { Session } from '../kernel/session.ts'
import type { AwsAccount } from './account.ts'
import { autoScalingPort } from './autoscaling/port.ts'
import { ec2Port } from './ec2/port.ts'
import { eksPort } from './eks/port.ts'
import { iamPort } from './iam/port.ts'
import { ssmPort } from './ssm.ts'
import { stsPort } from './sts.ts'

/**
 * Everything the twin answers: more than Regroup's own port, for the other clients of a twin.
 * Methods are named after the operations.
 */
export interface TwinAwsApi extends AwsApi {
  readonly eks: ReturnType<typeof eksPort>
  readonly autoScaling: ReturnType<typeof autoScalingPort>
  readonly ec2: ReturnType<typeof ec2Port>
  readonly iam: ReturnType<typeof iamPort>
  readonly ssm: ReturnType<typeof ssmPort>
  readonly sts: ReturnType<typeof stsPort>
}

/** A port for the session; its name is the user of every change. */
export function awsPort(account: AwsAccount, session: Session): TwinAwsApi {
  return {
    region: account.region,
    eks: eksPort(account, session),
    autoScaling: autoScalingPort(account, session),
    ec2: ec2Port(account, session),
    iam: iamPort(account, session),
    ssm: ssmPort(account, session),
    sts: stsPort(account, session),
  }
}
