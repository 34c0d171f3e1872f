/** Groups as `aws autoscaling describe-auto-scaling-groups` prints them. Twin layer, pure. */

import { instanceType } from '../../nodes/instance-types.ts'
import { taint } from './pod-template.ts'
import type { WorldGroup, WorldInstance } from './world-spec.ts'

interface DescribedTemplate {
  readonly LaunchTemplateName?: string
}

interface DescribedGroup {
  readonly AutoScalingGroupName?: string
  readonly MinSize?: number
  readonly MaxSize?: number
  readonly DesiredCapacity?: number
  readonly AvailabilityZones?: readonly string[]
  readonly Instances?: readonly {
    readonly InstanceId?: string
    readonly InstanceType?: string
    readonly AvailabilityZone?: string
    readonly LifecycleState?: string
  }[]
  readonly LaunchConfigurationName?: string
  readonly LaunchTemplate?: DescribedTemplate
  readonly MixedInstancesPolicy?: {
    readonly InstancesDistribution?: {
      readonly OnDemandBaseCapacity?: number
      readonly OnDemandPercentageAboveBaseCapacity?: number
    }
    readonly LaunchTemplate?: {
      readonly LaunchTemplateSpecification?: DescribedTemplate
      readonly Overrides?: readonly { readonly InstanceType?: string }[]
    }
  }
  readonly SuspendedProcesses?: readonly { readonly ProcessName?: string }[]
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[]
}

const labelTag = 'k8s.io/cluster-autoscaler/node-template/label/'
const taintTag = 'k8s.io/cluster-autoscaler/node-template/taint/'

/**
 * Labels and taints come from the autoscaler's node-template tags, the type from instances or overrides.
 * Groups of other clusters are left aside; a file without any tag of a cluster is taken whole.
 * @throws TypeError or SyntaxError when it is no such file.
 */
export function groupsFromDescribe(bytes: Uint8Array, clusterName: string): readonly WorldGroup[] {
  const value = JSON.parse(new TextDecoder().decode(bytes)) as {
    readonly AutoScalingGroups?: readonly DescribedGroup[]
  }
  if (!Array.isArray(value.AutoScalingGroups)) throw new TypeError('it has no AutoScalingGroups')
  const groups = value.AutoScalingGroups.map(groupOf)
  const isTagged = groups.some(({ tags }) =>
    Object.keys(tags).some((key) => key.startsWith(clusterTag)),
  )
  return isTagged ? groups.filter(({ tags }) => clusterTag + clusterName in tags) : groups
}

const clusterTag = 'kubernetes.io/cluster/'

function groupOf(group: DescribedGroup): WorldGroup {
  const tags = Object.fromEntries(
    (group.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']),
  )
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate
  const overrides = mixed?.Overrides ?? []
  const template = group.LaunchTemplate ?? mixed?.LaunchTemplateSpecification
  const types = overrides.flatMap((one) => one.InstanceType ?? [])
  const present = (group.Instances ?? []).flatMap((one) => one.InstanceType ?? [])
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: share } =
    group.MixedInstancesPolicy?.InstancesDistribution ?? {}
  const entries = Object.entries(tags)
  return {
    name: group.AutoScalingGroupName ?? '',
    zones: group.AvailabilityZones ?? [],
    instanceTypes: types.length > 0 ? types : [present[0] ?? 'm5.large'],
    capacityType: share === 0 && base === 0 ? 'SPOT' : 'ON_DEMAND',
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
    launchKind: launchKindOf(group),
    ...(template?.LaunchTemplateName === undefined
      ? {}
      : { templateName: template.LaunchTemplateName }),
    tags,
    suspendedProcesses: (group.SuspendedProcesses ?? []).flatMap((one) => one.ProcessName ?? []),
    instances: (group.Instances ?? []).flatMap(instanceOf),
  }
}

function launchKindOf(group: DescribedGroup): WorldGroup['launchKind'] {
  if (group.LaunchConfigurationName !== undefined) return 'configuration'
  return group.MixedInstancesPolicy === undefined ? 'template' : 'mixed'
}

/** Instances that run; the others are on their way in or out and are made up anew. */
function instanceOf(
  one: NonNullable<DescribedGroup['Instances']>[number],
): readonly WorldInstance[] {
  const { AvailabilityZone: zone, InstanceId: id, InstanceType: type, LifecycleState } = one
  if (id === undefined || (LifecycleState ?? 'InService') !== 'InService') return []
  // A type that we do not know is that of its group.
  const isKnown = type !== undefined && instanceType(type) !== undefined
  return [
    {
      id,
      ...(zone === undefined ? {} : { zone }),
      ...(isKnown ? { instanceType: type } : {}),
    },
  ]
}
