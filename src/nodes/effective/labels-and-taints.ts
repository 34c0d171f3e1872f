/** Labels and taints of a node, with who sets each and when. Nodes layer, pure. */

import type { Taint } from '../../world/kube-objects.ts'
import type { Bootstrap } from '../bootstrap.ts'
import { minorOf } from '../kubernetes-version.ts'
import { eksLabels } from './eks-part.ts'
import { isMerged, type NodeSource, type Origin, originOf } from './node-source.ts'

/** One label of the Node object. */
export interface EffectiveLabel {
  readonly key: string
  readonly value: string
  readonly origin: Origin
  /** False when it comes after the node has joined: pods may be bound before. */
  readonly isAtRegistration: boolean
}

/** One taint of the Node object. */
export interface EffectiveTaint extends Taint {
  readonly origin: Origin
  readonly isAtRegistration: boolean
}

/** By key; later sources win as they do on the node. */
export function effectiveLabels(
  source: NodeSource,
  bootstrap: Bootstrap,
): readonly EffectiveLabel[] {
  const isWithEks = isMerged(source)
  const found = new Map<string, EffectiveLabel>()
  const put = (
    labels: Readonly<Record<string, string>>,
    origin: (key: string) => Origin,
    isAtRegistration: boolean,
  ): void => {
    for (const [key, value] of Object.entries(labels)) {
      const isKnown = found.get(key)?.value === value && found.get(key)?.isAtRegistration === true
      const isThere = isAtRegistration || isKnown
      found.set(key, { key, value, origin: origin(key), isAtRegistration: isThere })
    }
  }
  put(kubeletLabels(source), () => ({ by: 'kubelet' }), true)
  put(cloudLabels(source), () => ({ by: 'cloud controller' }), false)
  const ebs = 'topology.ebs.csi.aws.com/zone'
  put({ [ebs]: zoneOf(source) }, () => ({ by: 'EBS CSI driver' }), false)
  put(bootstrap.labels, () => originOf(source, 'userData'), true)
  put(source.labels, (key) => labelOrigin(source, key), isWithEks)
  put(eksLabels(source), () => ({ by: 'EKS' }), isWithEks)
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** Keys may hold dots, so the exact place is looked up first. */
function labelOrigin(source: NodeSource, key: string): Origin {
  return source.origins[`labels.${key}`] ?? originOf(source, 'labels')
}

function kubeletLabels(source: NodeSource): Readonly<Record<string, string>> {
  const { arch, family, instanceTypes, kubernetesVersion } = source
  const isLabelled = source.variant === 'nvidia' && family === 'AmazonLinux2023'
  return {
    'kubernetes.io/arch': arch,
    'kubernetes.io/hostname': '<name of the node>',
    'kubernetes.io/os': family === 'Windows' ? 'windows' : 'linux',
    'node.kubernetes.io/instance-type':
      instanceTypes.length === 1
        ? (instanceTypes[0] ?? '')
        : `<one of ${instanceTypes.join(', ')}>`,
    ...(isLabelled && minorOf(kubernetesVersion) >= 35 ? { 'nvidia.com/gpu.present': 'true' } : {}),
  }
}

function cloudLabels(source: NodeSource): Readonly<Record<string, string>> {
  return {
    'topology.k8s.aws/zone-id': '<id of the zone>',
    'topology.kubernetes.io/region': source.region,
    'topology.kubernetes.io/zone': zoneOf(source),
  }
}

function zoneOf({ zone }: NodeSource): string {
  return zone ?? '<zone of the subnet>'
}

/** Key and effect identify a taint. Those that only the API knows follow about 30 s after a join. */
export function effectiveTaints(
  source: NodeSource,
  bootstrap: Bootstrap,
): readonly EffectiveTaint[] {
  const found = new Map<string, EffectiveTaint>()
  const put = (taint: Taint, origin: Origin, isAtRegistration: boolean): void => {
    const key = `${taint.key}:${taint.effect}`
    const isKnown = found.get(key)?.isAtRegistration === true
    found.set(key, { ...taint, origin, isAtRegistration: isAtRegistration || isKnown })
  }
  for (const taint of bootstrap.taints) put(taint, originOf(source, 'userData'), true)
  for (const taint of source.taints) put(taint, originOf(source, 'taints'), isMerged(source))
  return [...found.values()]
}
