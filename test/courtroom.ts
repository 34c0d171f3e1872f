/** A small world under the eyes of a judge, and a client who may do wrong in it. */

import { addAccessEntry } from '../src/twin/aws/eks/access-entry.ts'
import type { EvictionRequest } from '../src/twin/contracts.ts'
import { Judge } from '../src/twin/judge/judge.ts'
import { Session } from '../src/twin/kernel/session.ts'
import type { Node, Pod, PodDisruptionBudget } from '../src/world/kube-objects.ts'
import { addOldGroup, clusterName, type SmallWorld, smallWorld } from './small-world.ts'

/** The name under which the judged client works; also the session of `world.api`. */
const user = 'tester'

/** The client's deeds; those on pods name the uid and those on nodes leave the mark unless told otherwise. */
export interface Courtroom {
  readonly world: SmallWorld
  readonly judge: Judge
  /** Ready pods with label app=`app` that are not on their way out, by name. */
  pods(app: string): Pod[]
  nodes(): readonly Node[]
  nodeOf(instanceId: string): string
  instanceOf(pod: Pod | undefined): string
  instancesOf(groupName: string): readonly string[]
  /** An instance of the old group without movable pods. */
  emptyInstance(): string
  cordon(node: Node | undefined): void
  cordonOf(pod: Pod | undefined): void
  patchNode(node: Node | undefined, body: unknown): void
  /** Status code of the answer. */
  evict(pod: Pod | undefined, uid?: string): number
  send(pod: Pod | undefined, request: EvictionRequest): number
  delete(pod: Pod | undefined): void
  makeUnready(pod: Pod | undefined): void
  /** Lists the pods of a node, as a client does before it ends the machine. */
  look(nodeName: string): Promise<void>
  /** For half an hour from now. */
  takeLease(): void
}

/** Three old nodes in three zones, the lease taken; two nodes of surge are allowed. */
export function courtroom(
  options: { readonly mode?: 'stop' | 'count'; readonly mappedRole?: string } = {},
): Courtroom {
  const { mappedRole, mode = 'count' } = options
  const world = smallWorld()
  if (mappedRole !== undefined) {
    const cluster = world.account.cluster(clusterName)
    addAccessEntry(world.account, cluster, { principalArn: mappedRole, type: 'EC2_LINUX' })
  }
  addOldGroup(world)
  world.advance(1000)
  const judge = new Judge({
    kernel: world.kernel,
    account: world.account,
    cluster: world.cluster,
    plan: {
      clusterName,
      engineUsers: new Set([user]),
      oldGroups: new Set(['old']),
      surgeMax: 2,
      virtualBudgetFraction: 0.1,
      schedulerLatencyMs: 30_000,
    },
    mode,
  })
  const { server, store } = world.cluster
  const kube = world.cluster.api(new Session(user, world.kernel, world.faults))
  const room: Courtroom = {
    world,
    judge,
    ...lookups(world),
    cordon: (node) => {
      const annotations = { 'regroup.dev/cordoned-at': world.kernel.nowText() }
      room.patchNode(node, { metadata: { annotations }, spec: { unschedulable: true } })
    },
    cordonOf: (pod) => {
      const node = store.get('Node', undefined, pod?.spec.nodeName ?? '')
      if (node?.spec?.unschedulable !== true) room.cordon(node)
    },
    patchNode: (node, body) => {
      const ref = { name: node?.metadata.name ?? '' }
      server.patch('Node', ref, { type: 'merge', body }, user)
    },
    evict: (pod, uid) => {
      const preconditions = { uid: uid ?? pod?.metadata.uid ?? '' }
      return room.send(pod, { deleteOptions: { preconditions } })
    },
    send: (pod, request) => {
      const ref = { namespace: 'default', name: pod?.metadata.name ?? '' }
      return server.evict(ref, request, user).code
    },
    delete: (pod) => {
      const { name = '', namespace = '', uid = '' } = pod?.metadata ?? {}
      server.delete('Pod', { namespace, name }, { preconditions: { uid } }, user)
    },
    makeUnready: (pod) => {
      if (pod === undefined) return
      const conditions = [{ type: 'Ready', status: 'False' }]
      store.replace('Pod', { ...pod, status: { ...pod.status, conditions } })
    },
    look: async (nodeName) => {
      const options = { fieldSelector: `spec.nodeName=${nodeName}` }
      await world.call(kube.list('Pod', options))
    },
    takeLease: () => takeLease(world),
  }
  room.takeLease()
  return room
}

function lookups(world: SmallWorld) {
  const { machines, store } = world.cluster
  const nodeOf = (instanceId: string): string => machines.nodeOf(instanceId)?.metadata.name ?? ''
  const instancesOf = (name: string) => [...(world.account.groups.get(name)?.instanceIds ?? [])]
  return {
    pods: (app: string) =>
      store
        .list('Pod')
        .filter((pod) => pod.metadata.labels?.app === app && isReady(pod))
        .filter((pod) => pod.metadata.deletionTimestamp === undefined),
    nodes: () => store.list('Node'),
    nodeOf,
    instancesOf,
    instanceOf: (pod: Pod | undefined) =>
      [...world.account.instances.keys()].find((id) => nodeOf(id) === pod?.spec.nodeName) ?? '',
    emptyInstance: () => {
      const found = instancesOf('old').find((id) => store.podsOnNode(nodeOf(id)).size === 0)
      if (found === undefined) throw new Error('no instance is empty')
      return found
    },
  }
}

function isReady(pod: Pod): boolean {
  const conditions = pod.status?.conditions
  return conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false
}

function takeLease({ cluster, kernel }: SmallWorld): void {
  const known = cluster.store.get('Lease', 'kube-system', 'regroup')
  const renewTime = new Date(kernel.nowMs()).toISOString()
  const spec = { holderIdentity: 'me', leaseDurationSeconds: 1800, renewTime }
  if (known !== undefined) cluster.store.replace('Lease', { ...known, spec })
  else {
    const metadata = { namespace: 'kube-system', name: 'regroup' }
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as const
    cluster.store.create('Lease', lease)
  }
}

/** Deployment `web`, running, with a budget if one is given. */
export function addDeployment(
  { world }: Courtroom,
  options: {
    readonly replicas: number
    readonly cpu?: string
    readonly budget?: Partial<PodDisruptionBudget['spec']>
  },
): void {
  const labels = { app: 'web' }
  const { budget, cpu = '100m', replicas } = options
  const { server } = world.cluster
  const metadata = { namespace: 'default', name: 'web' }
  const selector = { matchLabels: labels }
  const containers = [{ name: 'web', resources: { requests: { cpu } } }]
  const spec = { replicas, selector, template: { metadata: { labels }, spec: { containers } } }
  server.create(
    'Deployment',
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
    'owner',
  )
  if (budget !== undefined) {
    const kind = 'PodDisruptionBudget'
    const object = {
      apiVersion: 'policy/v1',
      kind,
      metadata,
      spec: { selector, ...budget },
    } as const
    server.create(kind, object, 'owner')
  }
  world.advance(180_000)
}

/** StatefulSet `db`, running, with a volume per pod. */
export function addStatefulSet(
  { world }: Courtroom,
  { replicas }: { readonly replicas: number },
): void {
  const labels = { app: 'db' }
  const metadata = { namespace: 'default', name: 'db' }
  const spec = {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'db' }] } },
    volumeClaimTemplates: [{ metadata: { name: 'data' } }],
  }
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec } as const
  world.cluster.server.create('StatefulSet', set, 'owner')
  world.advance(300_000)
}

/** A volume on the disk of a node. */
export function addLocalVolume({ world }: Courtroom, nodeName: string, isClaimed: boolean): void {
  const rule = { key: 'kubernetes.io/hostname', operator: 'In' as const, values: [nodeName] }
  world.cluster.store.create('PersistentVolume', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'local-1' },
    spec: {
      local: { path: '/mnt/disks/1' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [rule] }] } },
      ...(isClaimed ? { claimRef: { namespace: 'default', name: 'data-db-0' } } : {}),
    },
  })
}
