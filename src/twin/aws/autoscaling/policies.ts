/** Scaling policies: put, shown, carried out on request. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import type { GroupState } from '../state.ts'
import { changed } from './changed.ts'
import { reconcileSoon } from './reconcile.ts'
import type { PolicyState } from './state.ts'

const kinds: readonly string[] = ['SimpleScaling', 'StepScaling', 'TargetTrackingScaling']
const adjustments: readonly string[] = [
  'ChangeInCapacity',
  'ExactCapacity',
  'PercentChangeInCapacity',
]

function putScalingPolicy(account: AwsAccount, input: Sdk.PutScalingPolicyType): Sdk.PolicyARNType {
  const group = account.group(input.AutoScalingGroupName)
  const kind = input.PolicyType ?? 'SimpleScaling'
  if (!kinds.includes(kind)) {
    throw awsError('ValidationError', `the twin does not have policies of type ${kind}`)
  }
  const name = input.PolicyName ?? ''
  if (kind !== 'TargetTrackingScaling' && !adjustments.includes(input.AdjustmentType ?? '')) {
    const text = `You must specify an AdjustmentType for policy type: ${kind}`
    throw awsError('ValidationError', text)
  }
  group.policies ??= new Map()
  const uuid = account.kernel.uuid('policy')
  const arn =
    group.policies.get(name)?.arn ??
    `arn:aws:autoscaling:${account.region}:${account.accountId}:scalingPolicy:${uuid}:autoScalingGroupName/${group.name}:policyName/${name}`
  group.policies.set(name, { arn, given: { ...input, PolicyType: kind } })
  return { PolicyARN: arn, Alarms: [] }
}

interface Found {
  readonly group: GroupState
  readonly name: string
  readonly policy: PolicyState
}

function describePolicies(account: AwsAccount, input: Sdk.DescribePoliciesType): Sdk.PoliciesType {
  const wanted = input.PolicyNames ?? []
  const groups =
    input.AutoScalingGroupName === undefined
      ? [...account.groups.values()]
      : [account.group(input.AutoScalingGroupName)]
  const all: Found[] = groups.flatMap((group) =>
    [...(group.policies ?? [])].map(([name, policy]) => ({ group, name, policy })),
  )
  const found = all
    .filter(({ name, policy }) =>
      wanted.length === 0 ? true : wanted.includes(name) || wanted.includes(policy.arn),
    )
    .filter(({ policy }) => input.PolicyTypes?.includes(policy.given.PolicyType ?? '') ?? true)
  const size = input.MaxRecords ?? 50
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    ScalingPolicies: page.map(({ policy }) => ({
      ...policy.given,
      PolicyARN: policy.arn,
      Alarms: [],
      Enabled: policy.given.Enabled ?? true,
    })),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function find(
  account: AwsAccount,
  input: {
    readonly AutoScalingGroupName?: string | undefined
    readonly PolicyName: string | undefined
  },
): Found {
  const name = input.PolicyName ?? ''
  const groups =
    input.AutoScalingGroupName === undefined
      ? [...account.groups.values()]
      : [account.group(input.AutoScalingGroupName)]
  for (const group of groups) {
    for (const [key, policy] of group.policies ?? []) {
      if (key === name || policy.arn === name) return { group, name: key, policy }
    }
  }
  throw awsError('ValidationError', 'PolicyARN or PolicyName not found')
}

function deletePolicy(account: AwsAccount, input: Sdk.DeletePolicyType): void {
  const { group, name } = find(account, { ...input, PolicyName: input.PolicyName })
  group.policies?.delete(name)
}

/** Simple policies only: the others follow alarms, which the twin does not have. */
function executePolicy(account: AwsAccount, input: Sdk.ExecutePolicyType, user: string): void {
  const { group, policy } = find(account, { ...input, PolicyName: input.PolicyName })
  const { AdjustmentType, MinAdjustmentMagnitude, PolicyType, ScalingAdjustment } = policy.given
  if (PolicyType !== 'SimpleScaling') {
    throw awsError('ValidationError', `the twin does not execute policies of type ${PolicyType}`)
  }
  const change = ScalingAdjustment ?? 0
  const present = group.desiredCapacity
  const percent = Math.trunc((present * change) / 100) || Math.sign(change)
  const least = Math.max(Math.abs(percent), MinAdjustmentMagnitude ?? 1)
  const wanted =
    AdjustmentType === 'ExactCapacity'
      ? change
      : present + (AdjustmentType === 'ChangeInCapacity' ? change : Math.sign(change) * least)
  group.desiredCapacity = Math.min(group.maxSize, Math.max(group.minSize, wanted))
  changed(account, group, user, 'ExecutePolicy')
  reconcileSoon(account, group)
}

/** Operations on policies. */
export const policyOperations = {
  deletePolicy,
  describePolicies,
  executePolicy,
  putScalingPolicy,
}
