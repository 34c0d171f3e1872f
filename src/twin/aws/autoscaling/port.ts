/** The Auto Scaling half of the AWS port. Twin layer. */

import type { AutoScalingApi } from '../../../world/aws-api.ts'
import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { twinLacks } from '../lacks.ts'
import { senderFor } from '../sender.ts'
import * as operations from './operations.ts'
import * as tags from './tags.ts'
import * as views from './views.ts'

/** Round trip of an Auto Scaling call. */
const latencyMs = 60

/** The port's methods. */
export function autoScalingPort(account: AwsAccount, session: Session): AutoScalingApi {
  const send = senderFor(session, 'autoscaling', latencyMs)
  const lacks = twinLacks(session, 'autoscaling')
  return {
    ...reads(account, session),
    ...processWrites(account, session),
    completeLifecycleAction: lacks('CompleteLifecycleAction'),
    createAutoScalingGroup: lacks('CreateAutoScalingGroup'),
    createLaunchConfiguration: lacks('CreateLaunchConfiguration'),
    putLifecycleHook: lacks('PutLifecycleHook'),
    createOrUpdateTags: send(
      'CreateOrUpdateTags',
      (i) => i.Tags?.[0]?.ResourceId,
      (i) => tags.putTags(account, i, session.name),
    ),
    deleteAutoScalingGroup: send('DeleteAutoScalingGroup', groupName, (i) =>
      operations.deleteGroup(account, i, session.name),
    ),
    deleteLaunchConfiguration: send(
      'DeleteLaunchConfiguration',
      (i) => i.LaunchConfigurationName,
      (i) => operations.deleteConfiguration(account, i),
    ),
    deleteTags: send(
      'DeleteTags',
      (i) => i.Tags?.[0]?.ResourceId,
      (i) => tags.removeTags(account, i, session.name),
    ),
    deleteWarmPool: send('DeleteWarmPool', groupName, (i) => {
      account.group(i.AutoScalingGroupName).hasWarmPool = false
    }),
  }
}

type ReadNames = Extract<keyof AutoScalingApi, `describe${string}`>

function reads(account: AwsAccount, session: Session): Pick<AutoScalingApi, ReadNames> {
  const send = senderFor(session, 'autoscaling', latencyMs)
  return {
    describeAutoScalingGroups: send(
      'DescribeAutoScalingGroups',
      (i) => i.AutoScalingGroupNames?.join(','),
      (i) => operations.describeGroups(account, i),
    ),
    describeAutoScalingInstances: send(
      'DescribeAutoScalingInstances',
      (i) => i.InstanceIds?.join(','),
      (i) => operations.describeInstances(account, i),
    ),
    describeInstanceRefreshes: send('DescribeInstanceRefreshes', groupName, (i) =>
      views.refreshesView(account.group(i.AutoScalingGroupName)),
    ),
    describeLaunchConfigurations: send(
      'DescribeLaunchConfigurations',
      (i) => i.LaunchConfigurationNames?.join(','),
      (i) => views.configurationsView(account, i),
    ),
    describeLifecycleHooks: send('DescribeLifecycleHooks', groupName, (i) =>
      views.hooksView(account.group(i.AutoScalingGroupName)),
    ),
    describeScalingActivities: send('DescribeScalingActivities', groupName, (i) =>
      operations.describeActivities(account, i),
    ),
    describeTags: send(
      'DescribeTags',
      () => '',
      (i) => tags.describeTags(account, i),
    ),
    describeWarmPool: send('DescribeWarmPool', groupName, (i) => {
      const { hasWarmPool } = account.group(i.AutoScalingGroupName)
      return { Instances: [], ...(hasWarmPool ? { WarmPoolConfiguration: { MinSize: 0 } } : {}) }
    }),
  }
}

type ProcessNames =
  | 'resumeProcesses'
  | 'setDesiredCapacity'
  | 'setInstanceProtection'
  | 'suspendProcesses'
  | 'terminateInstanceInAutoScalingGroup'
  | 'updateAutoScalingGroup'

function processWrites(account: AwsAccount, session: Session): Pick<AutoScalingApi, ProcessNames> {
  const send = senderFor(session, 'autoscaling', latencyMs)
  const user = session.name
  return {
    resumeProcesses: send('ResumeProcesses', groupName, (i) =>
      operations.setProcesses(account, i, { isSuspended: false, user }),
    ),
    setDesiredCapacity: send('SetDesiredCapacity', groupName, (i) =>
      operations.setDesiredCapacity(account, i, user),
    ),
    setInstanceProtection: send('SetInstanceProtection', groupName, (i) =>
      operations.setProtection(account, i, user),
    ),
    suspendProcesses: send('SuspendProcesses', groupName, (i) =>
      operations.setProcesses(account, i, { isSuspended: true, user }),
    ),
    terminateInstanceInAutoScalingGroup: send(
      'TerminateInstanceInAutoScalingGroup',
      (i) => i.InstanceId,
      (i) => operations.terminateById(account, i, user),
    ),
    updateAutoScalingGroup: send('UpdateAutoScalingGroup', groupName, (i) =>
      operations.updateGroup(account, i, user),
    ),
  }
}

function groupName(input: { AutoScalingGroupName?: string | undefined }): string | undefined {
  return input.AutoScalingGroupName
}
