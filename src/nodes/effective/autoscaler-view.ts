/** What cluster-autoscaler believes of a group without nodes. Nodes layer, pure. */

import type { StringMap, Taint } from '../../world/kube-objects.ts'
import { instanceType } from '../instance-types.ts'
import type { EffectiveLabel, EffectiveTaint } from './labels-and-taints.ts'
import type { TypeRoom } from './node-room.ts'
import { amiTypeOf, isMerged, type NodeSource, type Origin } from './node-source.ts'

/** The template it makes up, as long as no node of the group was seen. */
export interface AutoscalerView {
  readonly labels: readonly {
    readonly key: string
    readonly value: string
    readonly origin: Origin
  }[]
  readonly taints: readonly (Taint & { readonly origin: Origin })[]
  readonly resources: readonly {
    readonly name: string
    readonly value: string
    readonly origin: Origin
  }[]
  /** Where it is wrong, one sentence each: pods that it buys nodes for in vain, or never does. */
  readonly errors: readonly string[]
  readonly notes: readonly string[]
}

const labelTag = 'k8s.io/cluster-autoscaler/node-template/label/'
const taintTag = 'k8s.io/cluster-autoscaler/node-template/taint/'
const resourceTag = 'k8s.io/cluster-autoscaler/node-template/resources/'
/** Whatever the type can have. */
const podCount = 110
const own: Origin = { by: 'cluster-autoscaler' }

/** `labels`, `taints` and `room` are those of the real node, to compare with. */
export function autoscalerView(
  source: NodeSource,
  real: {
    readonly labels: readonly EffectiveLabel[]
    readonly taints: readonly EffectiveTaint[]
    readonly room: readonly TypeRoom[]
  },
): AutoscalerView {
  const labels = believedLabels(source)
  const taints = believedTaints(source)
  const known = new Set(taints.map(({ effect, key }) => `${key}:${effect}`))
  const believed = new Set(labels.map(({ key }) => key))
  const lostTaints = real.taints.filter(({ effect, key }) => !known.has(`${key}:${effect}`))
  const lostLabels = real.labels.filter(({ key }) => !believed.has(key) && !isUseless(key))
  return {
    labels,
    taints,
    resources: believedResources(source),
    errors: [
      ...lostTaints.map(
        ({ effect, key, value = '' }) =>
          `It does not know the taint ${key}=${value}:${effect}${value === '' ? ', because a taint without a value is dropped' : ''}: it buys nodes for pods that do not tolerate it.`,
      ),
      ...lostLabels.map(
        ({ key, value }) =>
          `It does not know the label ${key}=${value}: it never buys a node for pods that select it.`,
      ),
    ],
    notes: notesOf(source, real.room),
  }
}

/** Labels that tell nodes of one group apart, or the version of a template. */
function isUseless(key: string): boolean {
  return (
    key === 'topology.k8s.aws/zone-id' ||
    key === 'kubernetes.io/hostname' ||
    key === 'nvidia.com/gpu.present' ||
    /^eks\.amazonaws\.com\/(?:nodegroup-image|sourceLaunchTemplate(?:Id|Version))$/.test(key)
  )
}

function believedLabels(source: NodeSource): AutoscalerView['labels'] {
  const { capacityType, groupTags, instanceTypes, labels, nodeGroupName, region } = source
  const zone = source.zone ?? '<first zone of the group>'
  const found = new Map<string, { value: string; origin: Origin }>()
  const put = (map: StringMap, origin: Origin): void => {
    for (const [key, value] of Object.entries(map)) found.set(key, { value, origin })
  }
  put(
    {
      'kubernetes.io/arch': source.arch,
      'node.kubernetes.io/instance-type': instanceTypes[0] ?? '',
    },
    { by: 'instance type' },
  )
  put({ 'kubernetes.io/hostname': '<made up>', 'kubernetes.io/os': 'linux' }, own)
  put(
    {
      'topology.ebs.csi.aws.com/zone': zone,
      'topology.kubernetes.io/region': region,
      'topology.kubernetes.io/zone': zone,
    },
    { by: 'Auto Scaling group' },
  )
  put(tagged(groupTags, labelTag), { by: 'Auto Scaling group', place: 'tags' })
  const described: Origin = { by: 'node group', place: 'DescribeNodegroup' }
  put(tagged(source.nodeGroupTags, labelTag), described)
  put(labels, described)
  put(
    {
      amiType: amiTypeOf(source),
      'eks.amazonaws.com/capacityType': capacityType,
      'eks.amazonaws.com/nodegroup': nodeGroupName,
      k8sVersion: source.kubernetesVersion,
    },
    described,
  )
  return [...found].map(([key, one]) => ({ key, ...one })).sort((a, b) => (a.key < b.key ? -1 : 1))
}

function tagged(tags: StringMap, prefix: string): StringMap {
  const entries = Object.entries(tags).filter(([key]) => key.startsWith(prefix))
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length), value]))
}

/** A taint of the node group without a value is dropped (cluster-autoscaler 3.3). */
function believedTaints({ groupTags, taints }: NodeSource): AutoscalerView['taints'] {
  const described: Origin = { by: 'node group', place: 'DescribeNodegroup' }
  const fromTags = Object.entries(tagged(groupTags, taintTag)).flatMap(([key, text]) => {
    const match = /^(.*):(NoSchedule|NoExecute|PreferNoSchedule)$/.exec(text)
    if (match === null) return []
    const effect = match[2] as Taint['effect']
    const origin: Origin = { by: 'Auto Scaling group', place: 'tags' }
    return [{ key, value: match[1] ?? '', effect, origin }]
  })
  const fromGroup = taints
    .filter(({ value }) => value !== undefined && value !== '')
    .map((taint) => ({ ...taint, origin: described }))
  return [...fromTags, ...fromGroup]
}

function believedResources(source: NodeSource): AutoscalerView['resources'] {
  const type = instanceType(source.instanceTypes[0] ?? '')
  const origin: Origin = { by: 'instance type', place: source.instanceTypes[0] ?? '' }
  const found = new Map<string, { value: string; origin: Origin }>()
  if (type !== undefined) {
    found.set('cpu', { value: String(type.vcpuCount), origin })
    found.set('memory', { value: `${type.memoryMiB}Mi`, origin })
    if (type.gpuCount > 0) found.set('nvidia.com/gpu', { value: String(type.gpuCount), origin })
  }
  found.set('pods', { value: String(podCount), origin: own })
  const layers: readonly (readonly [StringMap, Origin])[] = [
    [source.groupTags, { by: 'Auto Scaling group', place: 'tags' }],
    [source.nodeGroupTags, { by: 'node group', place: 'tags' }],
  ]
  for (const [tags, by] of layers) {
    for (const [name, value] of Object.entries(tagged(tags, resourceTag))) {
      found.set(name, { value, origin: by })
    }
  }
  return [...found].map(([name, one]) => ({ name, ...one }))
}

function notesOf(source: NodeSource, room: readonly TypeRoom[]): readonly string[] {
  const [first] = room
  if (first === undefined) return []
  const { cpuMilli, memoryMiB, podCount: pods } = first.allocatable
  const notes = [
    `It takes the whole machine for allocatable; a ${first.instanceType} really offers ` +
      `${cpuMilli}m CPU, about ${memoryMiB} MiB and ${pods} pods.`,
  ]
  const least = [...room].sort((a, b) => a.allocatable.memoryMiB - b.allocatable.memoryMiB)[0]
  if (least !== undefined && least.allocatable.memoryMiB < memoryMiB) {
    notes.push(
      `It takes the first instance type; ${least.instanceType} offers less: put the least one first.`,
    )
  }
  if (!isMerged(source) && source.userData !== '') {
    notes.push('It never reads user data: what stands only there is unknown to it.')
  }
  return notes
}
