/** The Auto Scaling half of the AWS port. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { type PortOf, portOf } from '../operation-table.ts'
import { activityOperations } from './activities.ts'
import { catalogueOperations } from './catalogue.ts'
import { createAutoScalingGroup } from './group-create.ts'
import { updateAutoScalingGroup } from './group-update.ts'
import { refreshOperations } from './instance-refresh.ts'
import { configurationOperations } from './launch-configuration.ts'
import { hookOperations } from './lifecycle-hooks.ts'
import { membershipOperations } from './membership.ts'
import { metricOperations } from './metrics.ts'
import { groupOperations } from './operations.ts'
import { policyOperations } from './policies.ts'
import { processOperations } from './processes.ts'
import { tagOperations } from './tags.ts'

/** Round trip of an Auto Scaling call. */
const latencyMs = 60

/** Warm pools come with a world only: the twin does not make them. */
function describeWarmPool(
  account: AwsAccount,
  input: Sdk.DescribeWarmPoolType,
): Sdk.DescribeWarmPoolAnswer {
  const { hasWarmPool } = account.group(input.AutoScalingGroupName)
  return { Instances: [], ...(hasWarmPool ? { WarmPoolConfiguration: { MinSize: 0 } } : {}) }
}

function deleteWarmPool(
  account: AwsAccount,
  input: Sdk.DeleteWarmPoolType,
): Sdk.DeleteWarmPoolAnswer {
  account.group(input.AutoScalingGroupName).hasWarmPool = false
  return {}
}

const table = {
  ...activityOperations,
  ...catalogueOperations,
  ...configurationOperations,
  ...groupOperations,
  ...hookOperations,
  ...membershipOperations,
  ...metricOperations,
  ...policyOperations,
  ...processOperations,
  ...refreshOperations,
  ...tagOperations,
  createAutoScalingGroup,
  deleteWarmPool,
  describeWarmPool,
  updateAutoScalingGroup,
}

/** The port's methods. */
export function autoScalingPort(account: AwsAccount, session: Session): PortOf<typeof table> {
  return portOf({ account, session, service: 'autoscaling', latencyMs }, table)
}
