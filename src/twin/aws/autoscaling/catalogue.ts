/** What Auto Scaling says of itself: limits, types, and lists of what the twin cannot make. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { processNames } from './processes.ts'

/** AWS's default quotas. */
function describeAccountLimits(
  account: AwsAccount,
  _input: object,
): Sdk.DescribeAccountLimitsAnswer {
  return {
    MaxNumberOfAutoScalingGroups: 500,
    MaxNumberOfLaunchConfigurations: 200,
    NumberOfAutoScalingGroups: account.groups.size,
    NumberOfLaunchConfigurations: account.configurations.size,
  }
}

function describeAdjustmentTypes(
  _account: AwsAccount,
  _input: object,
): Sdk.DescribeAdjustmentTypesAnswer {
  const names = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity']
  return { AdjustmentTypes: names.map((AdjustmentType) => ({ AdjustmentType })) }
}

function describeScalingProcessTypes(_account: AwsAccount, _input: object): Sdk.ProcessesType {
  return { Processes: processNames.map((ProcessName) => ({ ProcessName })) }
}

function describeTerminationPolicyTypes(
  _account: AwsAccount,
  _input: object,
): Sdk.DescribeTerminationPolicyTypesAnswer {
  return {
    TerminationPolicyTypes: [
      'AllocationStrategy',
      'ClosestToNextInstanceHour',
      'Default',
      'NewestInstance',
      'OldestInstance',
      'OldestLaunchConfiguration',
      'OldestLaunchTemplate',
    ],
  }
}

/** Groups of the twin have no load balancers, notifications or schedules: none can be made. */
function describeLoadBalancers(
  account: AwsAccount,
  input: Sdk.DescribeLoadBalancersRequest,
): Sdk.DescribeLoadBalancersResponse {
  account.group(input.AutoScalingGroupName)
  return { LoadBalancers: [] }
}

/** None can be made in the twin. */
function describeLoadBalancerTargetGroups(
  account: AwsAccount,
  input: Sdk.DescribeLoadBalancerTargetGroupsRequest,
): Sdk.DescribeLoadBalancerTargetGroupsResponse {
  account.group(input.AutoScalingGroupName)
  return { LoadBalancerTargetGroups: [] }
}

/** None can be made in the twin. */
function describeTrafficSources(
  account: AwsAccount,
  input: Sdk.DescribeTrafficSourcesRequest,
): Sdk.DescribeTrafficSourcesResponse {
  account.group(input.AutoScalingGroupName)
  return { TrafficSources: [] }
}

/** None can be made in the twin. */
function describeNotificationConfigurations(
  _account: AwsAccount,
  _input: Sdk.DescribeNotificationConfigurationsType,
): Sdk.DescribeNotificationConfigurationsAnswer {
  return { NotificationConfigurations: [] }
}

/** None can be made in the twin. */
function describeScheduledActions(
  _account: AwsAccount,
  _input: Sdk.DescribeScheduledActionsType,
): Sdk.ScheduledActionsType {
  return { ScheduledUpdateGroupActions: [] }
}

/** Operations that only tell. */
export const catalogueOperations = {
  describeAccountLimits,
  describeAdjustmentTypes,
  describeLoadBalancerTargetGroups,
  describeLoadBalancers,
  describeNotificationConfigurations,
  describeScalingProcessTypes,
  describeScheduledActions,
  describeTerminationPolicyTypes,
  describeTrafficSources,
}
