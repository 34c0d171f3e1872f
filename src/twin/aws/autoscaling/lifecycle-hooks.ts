/** Lifecycle hooks of groups: put, shown, completed. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { HookResult } from './lifecycle-waits.ts'
import type { HookState } from './state.ts'

/** AWS's defaults: an hour, and ABANDON. */
const timeoutDefaultSeconds = 3600
/** The whole wait is at most 100 times the timeout, and 48 hours. */
const globalMaxSeconds = 172_800
/** Hooks per group (a quota). */
const hooksMax = 50
const transitions = [
  'autoscaling:EC2_INSTANCE_LAUNCHING',
  'autoscaling:EC2_INSTANCE_TERMINATING',
] as const

/** Adds a hook or changes the one with the name; instances that wait already are not touched. */
function putLifecycleHook(
  account: AwsAccount,
  input: Sdk.PutLifecycleHookType,
): Sdk.PutLifecycleHookAnswer {
  const { hooks } = account.group(input.AutoScalingGroupName)
  const hook = hookOf(
    input,
    hooks.find((one) => one.name === input.LifecycleHookName),
  )
  const at = hooks.findIndex((one) => one.name === hook.name)
  if (at >= 0) hooks.splice(at, 1)
  if (hooks.length >= hooksMax) {
    throw awsError('LimitExceeded', `You can have at most ${hooksMax} hooks per group.`)
  }
  hooks.push(hook)
  return {}
}

/** A hook as given, on top of one that is there. */
export function hookOf(
  input: Sdk.LifecycleHookSpecification | Sdk.PutLifecycleHookType,
  present?: HookState,
): HookState {
  const transition = input.LifecycleTransition ?? present?.transition
  if (transition === undefined) {
    const text = 'LifecycleTransition is required to create a new lifecycle hook'
    throw awsError('ValidationError', text)
  }
  if (!transitions.some((one) => one === transition)) {
    throw awsError('ValidationError', `Invalid LifecycleTransition: ${transition}`)
  }
  const timeoutSeconds = input.HeartbeatTimeout ?? present?.timeoutSeconds ?? timeoutDefaultSeconds
  const metadata = input.NotificationMetadata ?? present?.metadata
  const roleArn = input.RoleARN ?? present?.roleArn
  const targetArn = input.NotificationTargetARN ?? present?.targetArn
  return {
    name: input.LifecycleHookName ?? '',
    transition,
    timeoutSeconds,
    defaultResult: input.DefaultResult ?? present?.defaultResult ?? 'ABANDON',
    ...(metadata === undefined ? {} : { metadata }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(targetArn === undefined ? {} : { targetArn }),
  }
}

function deleteLifecycleHook(
  account: AwsAccount,
  input: Sdk.DeleteLifecycleHookType,
): Sdk.DeleteLifecycleHookAnswer {
  const { hooks } = account.group(input.AutoScalingGroupName)
  const at = hooks.findIndex((one) => one.name === input.LifecycleHookName)
  if (at < 0)
    throw awsError(
      'ValidationError',
      `No Lifecycle Hook found with name ${input.LifecycleHookName}`,
    )
  hooks.splice(at, 1)
  return {}
}

function describeLifecycleHooks(
  account: AwsAccount,
  input: Sdk.DescribeLifecycleHooksType,
): Sdk.DescribeLifecycleHooksAnswer {
  const group = account.group(input.AutoScalingGroupName)
  const names = input.LifecycleHookNames ?? []
  return {
    LifecycleHooks: group.hooks
      .filter((hook) => names.length === 0 || names.includes(hook.name))
      .map((hook) => ({
        LifecycleHookName: hook.name,
        AutoScalingGroupName: group.name,
        LifecycleTransition: hook.transition,
        HeartbeatTimeout: hook.timeoutSeconds,
        GlobalTimeout: Math.min(globalMaxSeconds, hook.timeoutSeconds * 100),
        DefaultResult: hook.defaultResult ?? 'CONTINUE',
        ...(hook.metadata === undefined ? {} : { NotificationMetadata: hook.metadata }),
        ...(hook.roleArn === undefined ? {} : { RoleARN: hook.roleArn }),
        ...(hook.targetArn === undefined ? {} : { NotificationTargetARN: hook.targetArn }),
      })),
  }
}

type Ask = Sdk.CompleteLifecycleActionType | Sdk.RecordLifecycleActionHeartbeatType

function waitOf(account: AwsAccount, input: Ask) {
  account.group(input.AutoScalingGroupName)
  const wait = account.lifecycleWaits.find(input.LifecycleHookName ?? '', {
    ...(input.InstanceId === undefined ? {} : { instanceId: input.InstanceId }),
    ...(input.LifecycleActionToken === undefined ? {} : { token: input.LifecycleActionToken }),
  })
  if (wait !== undefined) return wait
  const text =
    input.InstanceId === undefined
      ? `No active Lifecycle Action found with token ${input.LifecycleActionToken}`
      : `No active Lifecycle Action found with instance ID ${input.InstanceId}`
  throw awsError('ValidationError', text)
}

function completeLifecycleAction(
  account: AwsAccount,
  input: Sdk.CompleteLifecycleActionType,
): Sdk.CompleteLifecycleActionAnswer {
  const result = input.LifecycleActionResult
  if (result !== 'CONTINUE' && result !== 'ABANDON') {
    const text = 'LifecycleActionResult must be one of [CONTINUE, ABANDON]'
    throw awsError('ValidationError', text)
  }
  account.lifecycleWaits.complete(waitOf(account, input), result satisfies HookResult)
  return {}
}

function recordLifecycleActionHeartbeat(
  account: AwsAccount,
  input: Sdk.RecordLifecycleActionHeartbeatType,
): Sdk.RecordLifecycleActionHeartbeatAnswer {
  account.lifecycleWaits.heartbeat(account, waitOf(account, input))
  return {}
}

function describeLifecycleHookTypes(
  _account: AwsAccount,
  _input: object,
): Sdk.DescribeLifecycleHookTypesAnswer {
  return { LifecycleHookTypes: [...transitions] }
}

/** Operations on hooks. */
export const hookOperations = {
  completeLifecycleAction,
  deleteLifecycleHook,
  describeLifecycleHookTypes,
  describeLifecycleHooks,
  putLifecycleHook,
  recordLifecycleActionHeartbeat,
}
