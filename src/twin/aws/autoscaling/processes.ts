/** Processes of groups: suspended and resumed. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { changed } from './changed.ts'
import { reconcileSoon } from './reconcile.ts'

/** Suspends or resumes; no list means all processes. */
function setProcesses(
  account: AwsAccount,
  input: Sdk.ScalingProcessQuery,
  change: { readonly isSuspended: boolean; readonly user: string },
): void {
  const group = account.group(input.AutoScalingGroupName)
  const asked = input.ScalingProcesses ?? []
  const names = asked.length === 0 ? processNames : asked
  const unknown = names.find((name) => !processNames.includes(name))
  if (unknown !== undefined) {
    throw awsError('ValidationError', `Invalid process type: ${unknown}`)
  }
  for (const name of names) {
    if (change.isSuspended) group.suspended.add(name)
    else group.suspended.delete(name)
  }
  if (!group.suspended.has('ReplaceUnhealthy') && !group.suspended.has('HealthCheck')) {
    group.unreplacedCount = 0
  }
  changed(account, group, change.user, change.isSuspended ? 'SuspendProcesses' : 'ResumeProcesses')
  reconcileSoon(account, group)
}

/** Processes of a group. */
export const processNames: readonly string[] = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
]

/** Operations on processes. */
export const processOperations = {
  resumeProcesses: (account: AwsAccount, input: Sdk.ScalingProcessQuery, user: string): void =>
    setProcesses(account, input, { isSuspended: false, user }),
  suspendProcesses: (account: AwsAccount, input: Sdk.ScalingProcessQuery, user: string): void =>
    setProcesses(account, input, { isSuspended: true, user }),
}
