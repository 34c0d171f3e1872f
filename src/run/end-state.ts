/** What a migration leaves behind, in a form in which two runs can be compared. Run layer. */

import type { AwsAccount } from '../twin/aws/account.ts'
import type { GroupState } from '../twin/aws/state.ts'
import type { KubeCluster } from '../twin/kube/cluster.ts'
import type { Twin } from '../twin/twin.ts'
import type { Node, Pod } from '../world/kube-objects.ts'
import { leaseRef } from './lease.ts'

/**
 * Everything that must be equal after a run without and a run with a crash. Left out on purpose, because
 * it depends on when things happened: names and number of new nodes, which of them a pod runs on, random
 * suffixes of pod names, uids, times, and how often something was tried.
 */
export interface EndState {
  readonly result: string
  /** `code object`, the object without the random suffix of a replaced pod. */
  readonly blocked: readonly string[]
  readonly controlPlane: Readonly<Record<string, string>>
  /** Node groups by name; sizes are what was asked for, not how many nodes there happen to be. */
  readonly nodeGroups: Readonly<Record<string, unknown>>
  /** Auto Scaling groups that belong to no node group: sizes, processes, tags. */
  readonly otherGroups: Readonly<Record<string, unknown>>
  /** Pods by their controller: how many are Ready and not, on old and on new nodes. */
  readonly pods: Readonly<Record<string, string>>
  readonly configMaps: Readonly<Record<string, unknown>>
  readonly budgets: Readonly<Record<string, unknown>>
  /** Nodes from before: cordon, our annotations and taints. */
  readonly oldNodes: Readonly<Record<string, unknown>>
  /** Marks of ours on new nodes: none when everything was taken back. */
  readonly newNodeMarks: readonly string[]
  readonly leaseHolder: string
}

/** The end of a run, read from the twin's own state. Idempotent. */
export function endStateOf(
  twin: Twin,
  clusterName: string,
  outcome: {
    readonly result: string
    readonly blocked: readonly { readonly code: string; readonly object: string }[]
  },
): EndState {
  const cluster = twin.clusters.get(clusterName)
  if (cluster === undefined) throw new TypeError(`no cluster ${clusterName}`)
  const names = normaliser(twin.account)
  return {
    result: outcome.result,
    blocked: outcome.blocked.map(({ code, object }) => `${code} ${stem(object, cluster)}`).sort(),
    controlPlane: controlPlaneOf(twin.account, clusterName),
    nodeGroups: nodeGroupsOf(twin.account, clusterName, names),
    otherGroups: otherGroupsOf(twin.account, clusterName, names),
    pods: podsOf(cluster),
    configMaps: configMapsOf(cluster, names),
    budgets: record(cluster.store.list('PodDisruptionBudget'), (one) => [keyOf(one), one.spec]),
    oldNodes: record(cluster.store.list('Node').filter(isOld), (node) => [
      node.metadata.name,
      { isCordoned: node.spec?.unschedulable === true, marks: marksOf(node) },
    ]),
    newNodeMarks: cluster.store
      .list('Node')
      .filter((node) => !isOld(node))
      .flatMap(marksOf),
    leaseHolder:
      cluster.store.get('Lease', leaseRef.namespace, leaseRef.name)?.spec?.holderIdentity ?? '',
  }
}

/** Where two end states differ, one line each; empty when they are equal. */
export function differences(expected: EndState, actual: EndState): readonly string[] {
  const found: string[] = []
  compare('', expected, actual, found)
  return found
}

function compare(path: string, expected: unknown, actual: unknown, found: string[]): void {
  if (isRecord(expected) && isRecord(actual)) {
    for (const key of [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort()) {
      compare(path === '' ? key : `${path}.${key}`, expected[key], actual[key], found)
    }
    return
  }
  const [one, other] = [JSON.stringify(expected), JSON.stringify(actual)]
  if (one !== other) found.push(`${path}: ${one} without a crash, ${other} with it`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Names that AWS makes up and times are replaced by what they stand for. */
function normaliser(account: AwsAccount): (text: string) => string {
  const names = [...account.groups.values()].flatMap(({ name, nodeGroupName }) =>
    nodeGroupName === undefined ? [] : [[name, `<group of ${nodeGroupName}>`] as const],
  )
  return (text) => {
    let plain = text
    for (const [name, meaning] of names) plain = plain.replaceAll(name, meaning)
    return plain
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .split('\n')
      .sort()
      .join('\n')
  }
}

function controlPlaneOf(account: AwsAccount, clusterName: string): Record<string, string> {
  const cluster = account.clusters.get(clusterName)
  const found: Record<string, string> = {
    version: cluster?.version ?? '',
    status: cluster?.status ?? '',
  }
  for (const { name, status, version } of cluster?.addons.values() ?? []) {
    found[name] = `${version} ${status}`
  }
  return found
}

function nodeGroupsOf(
  account: AwsAccount,
  clusterName: string,
  names: (text: string) => string,
): Record<string, unknown> {
  const own = [...account.nodeGroups.values()].filter((one) => one.clusterName === clusterName)
  return record(own, (one) => {
    const group = account.groups.get(one.groupName ?? '')
    const { amiType, capacityType, instanceTypes, labels, releaseVersion, status } = one
    const { issues, subnetIds, tags, taints, updateConfig, version } = one
    return [
      one.name,
      {
        ...{ amiType, capacityType, instanceTypes, labels, releaseVersion, status },
        ...{ subnetIds, tags, taints, updateConfig, version },
        issues: issues.map((issue) => issue.code).sort(),
        group: group === undefined ? undefined : groupContent(group, names),
      },
    ]
  })
}

function otherGroupsOf(
  account: AwsAccount,
  clusterName: string,
  names: (text: string) => string,
): Record<string, unknown> {
  const others = [...account.groups.values()].filter(
    (one) => one.clusterName === clusterName && one.nodeGroupName === undefined,
  )
  return record(others, (group) => [
    group.name,
    { ...groupContent(group, names), desiredCapacity: group.desiredCapacity },
  ])
}

function groupContent(group: GroupState, names: (text: string) => string): object {
  const { isDeleting, maxSize, minSize, suspended, tags } = group
  const tagTexts = [...tags].map(([key, { value }]) => `${key}=${names(value)}`)
  return { isDeleting, maxSize, minSize, suspended: [...suspended].sort(), tags: tagTexts.sort() }
}

function podsOf(cluster: KubeCluster): Record<string, string> {
  const counts = new Map<string, Map<string, number>>()
  for (const pod of cluster.store.list('Pod')) {
    const key = `${pod.metadata.namespace}/${stem(keyOf(pod), cluster)}`
    const kinds = counts.get(key) ?? new Map<string, number>()
    counts.set(key, kinds)
    const kind = kindOf(pod, cluster)
    // A daemon has one pod per node, and the number of new nodes may differ.
    kinds.set(kind, isDaemon(pod) ? 1 : (kinds.get(kind) ?? 0) + 1)
  }
  return record(counts, ([key, kinds]) => {
    const texts = [...kinds].map(([kind, count]) => `${count} ${kind}`)
    return [key, texts.sort().join(', ')]
  }) as Record<string, string>
}

function kindOf(pod: Pod, cluster: KubeCluster): string {
  const { phase } = pod.status ?? {}
  if (phase === 'Succeeded' || phase === 'Failed') return phase
  const isReady = pod.status?.conditions?.some(
    (one) => one.type === 'Ready' && one.status === 'True',
  )
  const state =
    pod.metadata.deletionTimestamp === undefined ? (isReady ? 'ready' : 'unready') : 'leaving'
  const node = cluster.store.get('Node', undefined, pod.spec.nodeName ?? '')
  if (node === undefined) return `${state} without a node`
  return `${state} on ${isOld(node) ? 'old' : 'new'} nodes`
}

/** The controller's name, or the pod's own; objects that are no pods keep their name. */
function stem(object: string, cluster: KubeCluster): string {
  const at = object.indexOf('/')
  const pod = cluster.store.get('Pod', object.slice(0, at), object.slice(at + 1))
  const owner = pod?.metadata.ownerReferences?.find((one) => one.controller === true)
  return owner === undefined ? object.slice(at + 1) : `${owner.kind} ${owner.name}`
}

function isDaemon(pod: Pod): boolean {
  return pod.metadata.ownerReferences?.some((one) => one.kind === 'DaemonSet') ?? false
}

function configMapsOf(
  cluster: KubeCluster,
  names: (text: string) => string,
): Record<string, unknown> {
  return record(cluster.store.list('ConfigMap'), (map) => [
    keyOf(map),
    {
      data: record(Object.entries(map.data ?? {}), ([key, text]) => [key, names(text)]),
      annotations: record(Object.entries(map.metadata.annotations ?? {}), ([key, text]) => [
        key,
        names(text),
      ]),
    },
  ])
}

/** Nodes of managed node groups are new. */
function isOld(node: Node): boolean {
  return node.metadata.labels?.['eks.amazonaws.com/nodegroup'] === undefined
}

function marksOf(node: Node): readonly string[] {
  const { metadata, spec } = node
  const annotations = Object.keys(metadata.annotations ?? {}).filter(
    (key) => key.startsWith('regroup.dev/') || key.endsWith('/scale-down-disabled'),
  )
  const taints = (spec?.taints ?? []).map(({ effect, key }) => `${key}:${effect}`)
  return [...annotations, ...taints.filter((text) => text.startsWith('regroup.dev/'))].sort()
}

function keyOf({
  metadata,
}: {
  readonly metadata: { readonly namespace?: string; readonly name: string }
}): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

/** An object with sorted keys, so that equal contents are equal texts. */
function record<T>(
  items: Iterable<T>,
  entryOf: (item: T) => readonly [string, unknown],
): Record<string, unknown> {
  return Object.fromEntries([...items].map(entryOf).sort(([a], [b]) => (a < b ? -1 : 1)))
}
