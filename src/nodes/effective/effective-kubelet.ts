/** Flags and configuration that the kubelet starts with, and who set each. Nodes layer, pure. */

import { overwrittenFields } from '../al2-kubelet.ts'
import type { Bootstrap } from '../bootstrap.ts'
import { kubeletFlags, parseKubeletFlags } from '../kubelet-flags.ts'
import { minorOf } from '../kubernetes-version.ts'
import { eksFlags, eksMaxPods, shownFacts } from './eks-part.ts'
import { isMerged, type NodeSource, type Origin, originOf } from './node-source.ts'

/** One flag, in the order of the command line. */
export interface EffectiveFlag {
  readonly flag: string
  readonly origin: Origin
}

/** One field of KubeletConfiguration. */
export interface EffectiveField {
  readonly field: string
  readonly value: unknown
  readonly origin: Origin
  /** Why the value that was asked for is not the one that counts; undefined when it does. */
  readonly lost?: string
}

/** What the kubelet reads. */
export interface EffectiveKubelet {
  readonly flags: readonly EffectiveFlag[]
  /** By field name; numbers that depend on the instance type are not in it. */
  readonly config: readonly EffectiveField[]
}

type Layer = readonly (readonly [string, unknown, Origin])[]

/** Weakest to strongest: kubelet, image, EKS, the team's own, flags. */
export function effectiveKubelet(source: NodeSource, bootstrap: Bootstrap): EffectiveKubelet {
  const flags = flagsOf(source, bootstrap)
  const fields = new Map<string, EffectiveField>()
  const put = (layer: Layer): void => {
    for (const [field, value, origin] of layer) fields.set(field, { field, value, origin })
  }
  put(kubeletDefaults(source))
  put(imageDefaults(source))
  if (isMerged(source)) put(eksFields(source))
  const own = Object.entries(bootstrap.kubelet)
  const isLost = (field: string): boolean =>
    source.family === 'AmazonLinux2' && isMerged(source) && overwrittenFields.has(field)
  put(own.filter(([field]) => !isLost(field)).map((one) => ownField(one, source)))
  put(flags.flatMap((flag) => fieldsOfFlag(flag, source)))
  for (const [field, value] of own.filter(([name]) => isLost(name))) {
    const lost = `bootstrap.sh overwrites what was asked for: ${JSON.stringify(value)}`
    const known = fields.get(field) ?? { field, value: undefined, origin: ami }
    fields.set(field, { ...known, lost })
  }
  const config = [...fields.values()].sort((a, b) => (a.field < b.field ? -1 : 1))
  return { flags, config: config.map((one) => withLost(one, bootstrap)) }
}

const ami: Origin = { by: 'AMI' }
const eks: Origin = { by: 'EKS' }

function ownField(
  [field, value]: readonly [string, unknown],
  source: NodeSource,
): readonly [string, unknown, Origin] {
  return [field, value, originOf(source, `kubelet.${field}`)]
}

/** A flag of EKS's beats a field of the file. */
function withLost(one: EffectiveField, { kubelet }: Bootstrap): EffectiveField {
  const asked = Object.hasOwn(kubelet, one.field) ? kubelet[one.field] : undefined
  if (one.lost !== undefined || asked === undefined) return one
  if (JSON.stringify(asked) === JSON.stringify(one.value)) return one
  return { ...one, lost: `a flag beats what was asked for: ${JSON.stringify(asked)}` }
}

function kubeletDefaults({ kubernetesVersion }: NodeSource): Layer {
  const kubelet: Origin = { by: 'kubelet' }
  const isNew = minorOf(kubernetesVersion) >= 27
  return [
    ['imageGCHighThresholdPercent', 85, kubelet],
    ['imageGCLowThresholdPercent', 80, kubelet],
    ['kubeAPIBurst', isNew ? 100 : 10, kubelet],
    ['kubeAPIQPS', isNew ? 50 : 5, kubelet],
  ]
}

/** user-data-and-amis sections 4, 5, 6 and 13; what hangs on the instance type is elsewhere. */
function imageDefaults(source: NodeSource): Layer {
  const minor = minorOf(source.kubernetesVersion)
  const dns: Layer = [['clusterDNS', [shownFacts(source).dnsIp], ami]]
  const eviction: Layer = [
    [
      'evictionHard',
      { 'memory.available': '100Mi', 'nodefs.available': '10%', 'nodefs.inodesFree': '5%' },
      ami,
    ],
  ]
  if (source.family === 'Windows' || source.family === 'Ubuntu') return dns
  if (source.family === 'Bottlerocket') return [...dns, ...eviction]
  const always: Layer = [...dns, ...eviction, ['serializeImagePulls', false, ami]]
  if (source.family === 'AmazonLinux2') {
    const qps: Layer = [
      ['kubeAPIBurst', 20, ami],
      ['kubeAPIQPS', 10, ami],
    ]
    return [...always, ...(minor >= 22 && minor <= 26 ? qps : [])]
  }
  const shutdown: Layer = [
    ['shutdownGracePeriod', '2m30s', ami],
    ['shutdownGracePeriodCriticalPods', '30s', ami],
  ]
  return [
    ...always,
    ['protectKernelDefaults', true, ami],
    ...(minor >= 34 ? shutdown : []),
    ...(minor >= 33 ? featureGates(minor) : []),
  ]
}

function featureGates(minor: number): Layer {
  const gates = {
    DynamicResourceAllocation: true,
    ...(minor >= 34 ? { MutableCSINodeAllocatableCount: true } : {}),
  }
  return [['featureGates', gates, ami]]
}

function eksFields(source: NodeSource): Layer {
  const dns: Layer = [['clusterDNS', [shownFacts(source).dnsIp], eks]]
  const maxPods = eksMaxPods(source)
  // On Amazon Linux 2 it comes as a flag, on Windows not at all.
  const isField = source.family === 'AmazonLinux2023' || source.family === 'Bottlerocket'
  return isField && maxPods !== undefined ? [...dns, ['maxPods', maxPods, eks]] : dns
}

/** EKS's own first: where a flag stands twice, the later one counts. */
function flagsOf(source: NodeSource, bootstrap: Bootstrap): readonly EffectiveFlag[] {
  const { family } = source
  // Bottlerocket has settings instead of flags, labels and taints among them.
  if (family === 'Bottlerocket') return []
  const maxPods = eksMaxPods(source)
  const theirs = isMerged(source)
    ? [
        ...eksFlags(source),
        ...(family === 'AmazonLinux2' && maxPods !== undefined ? [`--max-pods=${maxPods}`] : []),
      ]
    : []
  const isConfig = family === 'AmazonLinux2023'
  const own = isConfig
    ? kubeletFlags({ ...bootstrap, kubelet: {}, taints: [] })
    : isMerged(source)
      ? []
      : kubeletFlags(bootstrap)
  return [
    ...theirs.map((flag): EffectiveFlag => ({ flag, origin: eks })),
    ...own.map((flag): EffectiveFlag => ({ flag, origin: ownFlagOrigin(flag, source) })),
  ]
}

/** With an image of the team's own the fleet file's labels, taints and fields become flags. */
function ownFlagOrigin(flag: string, source: NodeSource): Origin {
  const { origins } = source
  if (origins.userData !== undefined) return origins.userData
  const key = flag.startsWith('--node-labels=') ? 'labels' : 'taints'
  const name = Object.keys(origins).find((one) => one === key || one.startsWith(`${key}.`))
  return originOf(source, name ?? 'kubelet')
}

function fieldsOfFlag({ flag, origin }: EffectiveFlag, source: NodeSource): Layer {
  return Object.entries(parseKubeletFlags([flag]).kubelet).map(([field, value]) => [
    field,
    value,
    origin.by === 'EKS' ? origin : originOf(source, `kubelet.${field}`),
  ])
}
