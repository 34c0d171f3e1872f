/** The AWS port of one client of the twin. Twin layer. */

import type { AutoScalingApi, AwsApi, Ec2Api, EksApi, SsmApi } from '../../world/aws-api.ts'
import type { Session } from '../kernel/session.ts'
import type { AwsAccount } from './account.ts'
import * as asg from './autoscaling/operations.ts'
import * as ec2 from './ec2/operations.ts'
import { eksPort } from './eks/port.ts'
import { awsError } from './errors.ts'
import { twinLacks } from './lacks.ts'

/** Round trips of a client in the same Region. */
const latencyMs = { autoscaling: 60, ec2: 60, ssm: 40, sts: 40 }

/** One request of one service. */
export type Sender = <Input, Output>(
  operation: string,
  objectOf: (input: NoInfer<Input>) => string | undefined,
  effect: (input: NoInfer<Input>) => Output,
) => (input: Input) => Promise<Output>

/** A sender for a service; reads answer stale under that fault. */
export function senderFor(session: Session, service: string, latency: number): Sender {
  return (operation, objectOf, effect) => (input) => {
    const isRead = /^(Describe|List|Get)/.test(operation)
    const call = {
      operation: `${service}:${operation}`,
      object: objectOf(input) ?? '',
      latencyMs: latency,
      ...(isRead ? { readKey: `${operation} ${JSON.stringify(input)}` } : {}),
    }
    return session.call(call, () => effect(input))
  }
}

/** A port for the session; its name is the user of every change. */
export function awsPort(account: AwsAccount, session: Session): AwsApi {
  const sts = senderFor(session, 'sts', latencyMs.sts)
  return {
    region: account.region,
    eks: eksPort(account, session) satisfies EksApi,
    autoScaling: autoScalingPort(account, session),
    ec2: ec2Port(account, session),
    ssm: ssmPort(account, session),
    sts: {
      getCallerIdentity: sts(
        'GetCallerIdentity',
        () => '',
        () => ({
          Account: account.accountId,
          Arn: `arn:aws:iam::${account.accountId}:user/${session.name}`,
          UserId: 'AIDATWIN',
        }),
      ),
    },
  }
}

function autoScalingPort(account: AwsAccount, session: Session): AutoScalingApi {
  const send = senderFor(session, 'autoscaling', latencyMs.autoscaling)
  const user = session.name
  const named = (input: { AutoScalingGroupName?: string | undefined }): string | undefined =>
    input.AutoScalingGroupName
  const lacks = twinLacks(session, 'autoscaling')
  return {
    completeLifecycleAction: lacks('CompleteLifecycleAction'),
    createAutoScalingGroup: lacks('CreateAutoScalingGroup'),
    createLaunchConfiguration: lacks('CreateLaunchConfiguration'),
    createOrUpdateTags: send('CreateOrUpdateTags', (i) => i.Tags?.[0]?.ResourceId, (i) => asg.putTags(account, i, user)),
    deleteAutoScalingGroup: send('DeleteAutoScalingGroup', named, (i) => asg.deleteGroup(account, i, user)),
    deleteLaunchConfiguration: lacks('DeleteLaunchConfiguration'),
    deleteTags: send('DeleteTags', (i) => i.Tags?.[0]?.ResourceId, (i) => asg.removeTags(account, i, user)),
    deleteWarmPool: send('DeleteWarmPool', named, (i) => {
      account.group(i.AutoScalingGroupName).hasWarmPool = false
    }),
    describeAutoScalingGroups: send('DescribeAutoScalingGroups', (i) => i.AutoScalingGroupNames?.join(','), (i) => asg.describeGroups(account, i)),
    describeAutoScalingInstances: send('DescribeAutoScalingInstances', () => '', (i) => asg.describeInstances(account, i)),
    describeInstanceRefreshes: send('DescribeInstanceRefreshes', named, (i) => ({
      InstanceRefreshes: account.group(i.AutoScalingGroupName).isInstanceRefreshActive
        ? [{ InstanceRefreshId: 'refresh', Status: 'InProgress' as const }]
        : [],
    })),
    describeLaunchConfigurations: send('DescribeLaunchConfigurations', () => '', (i) => ({
      LaunchConfigurations: (i.LaunchConfigurationNames ?? []).map((name) => ({
        LaunchConfigurationName: name,
        ImageId: '',
        InstanceType: '',
        CreatedTime: new Date(account.kernel.startMs),
      })),
    })),
    describeLifecycleHooks: send('DescribeLifecycleHooks', named, (i) => ({
      LifecycleHooks: account.group(i.AutoScalingGroupName).hooks.map((hook) => ({
        LifecycleHookName: hook.name,
        LifecycleTransition: hook.transition,
        HeartbeatTimeout: hook.timeoutSeconds,
      })),
    })),
    describeScalingActivities: send('DescribeScalingActivities', named, (i) => asg.describeActivities(account, i)),
    describeTags: lacks('DescribeTags'),
    describeWarmPool: send('DescribeWarmPool', named, (i) => {
      account.group(i.AutoScalingGroupName)
      return { Instances: [] }
    }),
    putLifecycleHook: lacks('PutLifecycleHook'),
    resumeProcesses: send('ResumeProcesses', named, (i) => asg.setProcesses(account, i, { isSuspended: false, user })),
    setDesiredCapacity: send('SetDesiredCapacity', named, (i) => asg.setDesiredCapacity(account, i, user)),
    setInstanceProtection: send('SetInstanceProtection', named, (i) => asg.setProtection(account, i)),
    suspendProcesses: send('SuspendProcesses', named, (i) => asg.setProcesses(account, i, { isSuspended: true, user })),
    terminateInstanceInAutoScalingGroup: send('TerminateInstanceInAutoScalingGroup', (i) => i.InstanceId, (i) => asg.terminateById(account, i, user)),
    updateAutoScalingGroup: send('UpdateAutoScalingGroup', named, (i) => asg.updateGroup(account, i, user)),
  }
}

function ec2Port(account: AwsAccount, session: Session): Ec2Api {
  const send = senderFor(session, 'ec2', latencyMs.ec2)
  const lacks = twinLacks(session, 'ec2')
  const named = (input: { LaunchTemplateName?: string | undefined }): string | undefined =>
    input.LaunchTemplateName
  return {
    createLaunchTemplate: send('CreateLaunchTemplate', named, (i) => ec2.createTemplate(account, i)),
    createLaunchTemplateVersion: send('CreateLaunchTemplateVersion', named, (i) => ec2.createTemplateVersion(account, i)),
    createTags: lacks('CreateTags'),
    deleteLaunchTemplate: send('DeleteLaunchTemplate', named, (i) => ec2.deleteTemplate(account, i)),
    deleteTags: lacks('DeleteTags'),
    describeImages: send('DescribeImages', () => '', (i) => ec2.describeImages(account, i)),
    describeInstanceTypeOfferings: send('DescribeInstanceTypeOfferings', () => '', (i) => ec2.describeOfferings(account, i)),
    describeInstanceTypes: send('DescribeInstanceTypes', () => '', (i) => ec2.describeInstanceTypes(i)),
    describeInstances: send('DescribeInstances', () => '', (i) => ec2.describeInstances(account, i)),
    describeLaunchTemplateVersions: send('DescribeLaunchTemplateVersions', named, (i) => ec2.describeTemplateVersions(account, i)),
    describeLaunchTemplates: send('DescribeLaunchTemplates', () => '', (i) => ec2.describeTemplates(account, i)),
    describeSecurityGroups: send('DescribeSecurityGroups', () => '', (i) => ({
      SecurityGroups: [...account.clusters.values()].map((cluster) => ({
        GroupId: cluster.securityGroupId,
        GroupName: `${cluster.name}-worker-nodes`,
      })).filter((one) => (i.GroupIds ?? [one.GroupId]).includes(one.GroupId)),
    })),
    describeSubnets: send('DescribeSubnets', () => '', (i) => ec2.describeSubnets(account, i)),
    modifyLaunchTemplate: lacks('ModifyLaunchTemplate'),
    terminateInstances: lacks('TerminateInstances'),
  }
}

function ssmPort(account: AwsAccount, session: Session): SsmApi {
  const send = senderFor(session, 'ssm', latencyMs.ssm)
  const one = (Name: string) => {
    const Value = account.images.parameter(Name)
    return Value === undefined ? undefined : { Name, Value, Type: 'String' as const, Version: 1 }
  }
  return {
    getParameter: send('GetParameter', (i) => i.Name, (i) => {
      const Parameter = one(i.Name ?? '')
      if (Parameter === undefined) throw awsError('ParameterNotFound', `Parameter ${i.Name} not found.`)
      return { Parameter }
    }),
    getParameters: send('GetParameters', () => '', (i) => ({
      Parameters: (i.Names ?? []).flatMap((name) => one(name) ?? []),
      InvalidParameters: (i.Names ?? []).filter((name) => one(name) === undefined),
    })),
    getParametersByPath: send('GetParametersByPath', (i) => i.Path, (i) => ({
      Parameters: account.images.parametersUnder(i.Path ?? '').flatMap((name) => one(name) ?? []),
    })),
  }
}
