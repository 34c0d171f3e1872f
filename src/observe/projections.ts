/** Nodes, budgets, controllers, volumes and webhooks as the drain sees them. Observe layer, pure. */

import type { DrainBudget, DrainController, DrainNode, DrainVolume } from '../drain/view.ts'
import type {
  Node,
  PersistentVolume,
  PodDisruptionBudget,
  SelectorRequirement,
} from '../world/kube-objects.ts'
import { keyOf, roomOfResources } from './pod-projection.ts'

/** A node; its instance id is the last part of `aws:///<zone>/<id>`. */
export function projectNode(node: Node): DrainNode {
  const { metadata, spec, status } = node
  const labels = metadata.labels ?? {}
  const instanceId = /^aws:\/\/\/[-0-9a-z]*\/(i-[0-9a-f]+)$/.exec(spec?.providerID ?? '')?.[1]
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    instanceId,
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    isReady:
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false,
    isUnschedulable: spec?.unschedulable === true,
    labels,
    annotations: metadata.annotations ?? {},
    taints: spec?.taints ?? [],
    allocatable: roomOfResources(status?.allocatable ?? {}),
    createdAtMs: Date.parse(metadata.creationTimestamp ?? ''),
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
  }
}

/** A budget with its status. */
export function projectBudget(budget: PodDisruptionBudget): DrainBudget {
  const { metadata, spec, status } = budget
  const condition = status?.conditions?.find((one) => one.type === 'DisruptionAllowed')
  const failed = condition?.status === 'False' && condition.reason === 'SyncFailed'
  return {
    key: keyOf(metadata),
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    selector: spec.selector,
    disruptionsAllowed: status?.disruptionsAllowed ?? 0,
    currentHealthy: status?.currentHealthy ?? 0,
    desiredHealthy: status?.desiredHealthy ?? 0,
    expectedPods: status?.expectedPods ?? 0,
    isObserved: (status?.observedGeneration ?? 0) >= (metadata.generation ?? 1),
    syncFailedMessage: failed ? (condition.message ?? 'sync failed') : undefined,
    policy: spec.unhealthyPodEvictionPolicy ?? 'IfHealthyBudget',
    minAvailable: spec.minAvailable,
    maxUnavailable: spec.maxUnavailable,
  }
}

/** Metadata and `spec.replicas` of a workload. */
export interface Scalable {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string }
  readonly spec: { readonly replicas?: number }
}

/** A ReplicaSet or StatefulSet; the API server defaults replicas to 1. */
export function projectController(workload: Scalable): DrainController {
  return {
    uid: workload.metadata.uid ?? '',
    kind: workload.kind,
    namespace: workload.metadata.namespace ?? '',
    name: workload.metadata.name,
    replicas: workload.spec.replicas ?? 1,
  }
}

/** The zones and the node a volume is tied to, keyed by its claim; undefined without a claim. */
export function projectVolume(volume: PersistentVolume): DrainVolume | undefined {
  const claim = volume.spec?.claimRef
  if (claim?.name === undefined) return undefined
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  const rules = terms.flatMap((term) => term.matchExpressions ?? [])
  return {
    claimKey: `${claim.namespace ?? ''}/${claim.name}`,
    volumeName: volume.metadata.name,
    ...zonesOf(rules),
    isShared: volume.spec?.accessModes?.includes('ReadWriteMany') ?? false,
    localNodeName: volume.spec?.local === undefined ? undefined : valuesOf(rules, hostKeys)?.[0],
  }
}

/** The zone as the cloud provider's labels say it, on every node. */
const zoneKeys: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/zone',
])
/** On nodes where the EBS CSI driver has registered; volumes it provisions are bound by it. */
const driverZoneKeys: ReadonlySet<string> = new Set(['topology.ebs.csi.aws.com/zone'])
const hostKeys: ReadonlySet<string> = new Set(['kubernetes.io/hostname'])

function zonesOf(rules: readonly SelectorRequirement[]): Pick<DrainVolume, 'zones' | 'zoneLabel'> {
  const rule = ruleOf(rules, zoneKeys)
  if (rule !== undefined) return { zones: rule.values, zoneLabel: undefined }
  const driverRule = ruleOf(rules, driverZoneKeys)
  return { zones: driverRule?.values, zoneLabel: driverRule?.key }
}

function valuesOf(
  rules: readonly SelectorRequirement[],
  keys: ReadonlySet<string>,
): readonly string[] | undefined {
  return ruleOf(rules, keys)?.values
}

function ruleOf(
  rules: readonly SelectorRequirement[],
  keys: ReadonlySet<string>,
): SelectorRequirement | undefined {
  return rules.find((one) => keys.has(one.key) && one.operator === 'In')
}
