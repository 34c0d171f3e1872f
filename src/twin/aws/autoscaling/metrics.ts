/** Group metrics: which ones are collected. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { settingsOf } from './group-settings.ts'

const all: readonly string[] = [
  'GroupAndWarmPoolDesiredCapacity',
  'GroupAndWarmPoolTotalCapacity',
  'GroupDesiredCapacity',
  'GroupInServiceCapacity',
  'GroupInServiceInstances',
  'GroupMaxSize',
  'GroupMinSize',
  'GroupPendingCapacity',
  'GroupPendingInstances',
  'GroupStandbyCapacity',
  'GroupStandbyInstances',
  'GroupTerminatingCapacity',
  'GroupTerminatingInstances',
  'GroupTotalCapacity',
  'GroupTotalInstances',
]

function change(
  account: AwsAccount,
  input: Sdk.DisableMetricsCollectionQuery,
  isOn: boolean,
): void {
  const group = account.group(input.AutoScalingGroupName)
  const names = input.Metrics === undefined || input.Metrics.length === 0 ? all : input.Metrics
  const wrong = names.find((name) => !all.includes(name))
  if (wrong !== undefined) throw awsError('ValidationError', `Invalid metric: ${wrong}`)
  const settings = settingsOf(group)
  const metrics = all.filter((name) => {
    if (names.includes(name)) return isOn
    return settings.metrics.includes(name)
  })
  group.settings = { ...settings, metrics }
}

function describeMetricCollectionTypes(
  _account: AwsAccount,
  _input: object,
): Sdk.DescribeMetricCollectionTypesAnswer {
  return {
    Metrics: all.map((Metric) => ({ Metric })),
    Granularities: [{ Granularity: '1Minute' }],
  }
}

/** Operations on metrics. */
export const metricOperations = {
  describeMetricCollectionTypes,
  disableMetricsCollection: (account: AwsAccount, input: Sdk.DisableMetricsCollectionQuery): void =>
    change(account, input, false),
  enableMetricsCollection: (account: AwsAccount, input: Sdk.EnableMetricsCollectionQuery): void =>
    change(account, input, true),
}
