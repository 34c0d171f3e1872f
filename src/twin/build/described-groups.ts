/** Groups as `aws autoscaling describe-auto-scaling-groups` prints them. Twin layer, pure. */

import { taint } from './pod-template.ts'
import type { WorldGroup } from './world-spec.ts'

interface DescribedGroup {
  readonly AutoScalingGroupName?: string
  readonly MinSize?: number
  readonly MaxSize?: number
  readonly DesiredCapacity?: number
  readonly AvailabilityZones?: readonly string[]
  readonly Instances?: readonly { readonly InstanceId?: string; readonly InstanceType?: string }[]
  readonly LaunchConfigurationName?: string
  readonly MixedInstancesPolicy?: {
    readonly InstancesDistribution?: { readonly OnDemandPercentageAboveBaseCapacity?: number }
    readonly LaunchTemplate?: { readonly Overrides?: readonly { readonly InstanceType?: string }[] }
  }
  readonly SuspendedProcesses?: readonly { readonly ProcessName?: string }[]
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[]
}

const labelTag = 'k8s.io/cluster-autoscaler/node-template/label/'
const taintTag = 'k8s.io/cluster-autoscaler/node-template/taint/'

/** Labels and taints come from the autoscaler's node-template tags, the type from instances or overrides. */
export function groupsFromDescribe(bytes: Uint8Array): readonly WorldGroup[] {
  const value = JSON.parse(new TextDecoder().decode(bytes)) as {
    readonly AutoScalingGroups?: readonly DescribedGroup[]
  }
  return (value.AutoScalingGroups ?? []).map(groupOf)
}

function groupOf(group: DescribedGroup): WorldGroup {
  const tags = Object.fromEntries(
    (group.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']),
  )
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []
  const types = overrides.flatMap((one) => one.InstanceType ?? [])
  const present = (group.Instances ?? []).flatMap((one) => one.InstanceType ?? [])
  const share =
    group.MixedInstancesPolicy?.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity
  const entries = Object.entries(tags)
  return {
    name: group.AutoScalingGroupName ?? '',
    zones: group.AvailabilityZones ?? [],
    instanceTypes: types.length > 0 ? types : [present[0] ?? 'm5.large'],
    capacityType: share === 0 ? 'SPOT' : 'ON_DEMAND',
    minSize: group.MinSize ?? 0,
    maxSize: group.MaxSize ?? 0,
    desiredCapacity: group.DesiredCapacity ?? 0,
    labels: Object.fromEntries(
      entries.flatMap(([key, text]) =>
        key.startsWith(labelTag) ? [[key.slice(labelTag.length), text]] : [],
      ),
    ),
    taints: entries.flatMap(([key, text]) =>
      key.startsWith(taintTag) ? [taint(`${key.slice(taintTag.length)}=${text}`)] : [],
    ),
    amiFamily: 'AmazonLinux2',
    launchKind: group.LaunchConfigurationName === undefined ? 'template' : 'configuration',
    tags,
    suspendedProcesses: (group.SuspendedProcesses ?? []).flatMap((one) => one.ProcessName ?? []),
    instanceIds: (group.Instances ?? []).flatMap((one) => one.InstanceId ?? []),
  }
}
