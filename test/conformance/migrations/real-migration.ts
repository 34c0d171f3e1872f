/** A world whose AWS half is the twin and whose Kubernetes half is a real control plane, migrated. Test support. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { wallClock } from '../../../src/cli/wall-clock.ts'
import type { DesiredFleet } from '../../../src/fleet/desired.ts'
import type { KubeClient } from '../../../src/kube/client.ts'
import { type EndState, endStateOf } from '../../../src/run/end-state.ts'
import type { RunEvent } from '../../../src/run/events.ts'
import { type MigrationReport, migrateCluster } from '../../../src/run/migrate-cluster.ts'
import type { WorldSpec } from '../../../src/twin/build/world-spec.ts'
import type { KubeCluster } from '../../../src/twin/kube/cluster.ts'
import { TwinHost } from '../../../src/twin/wire/host.ts'
import { assert } from '../../../src/world/assert.ts'
import type { KubeObject } from '../../../src/world/kube-objects.ts'
import { participantClock } from '../../wire-migration.ts'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { startControlPlane } from '../control-plane/control-plane.ts'
import { until } from '../control-plane/program.ts'
import { realClient } from '../control-plane/real-client.ts'
import { createAll } from './api-objects.ts'
import { engineAws, enginePort } from './engine-port.ts'
import { MachineBridge } from './machine-bridge.ts'
import { PlaneActivity } from './plane-activity.ts'
import { PlaneTime } from './plane-time.ts'
import { clusterNow, worldObjects } from './snapshot.ts'

const stagesPath = fileURLToPath(new URL('stages.yaml', import.meta.url))
const kubernetesPage = new URL('../../../docs/kubernetes.md', import.meta.url)
/** Workloads whose images EKS changes: the twin's AWS half must find them. */
const addonNames = ['aws-node', 'coredns', 'ebs-csi-node', 'kube-proxy']
const settleMsMax = 240_000

/** A running cluster, not migrated yet. */
export interface RealWorld {
  readonly plane: ControlPlane
  readonly activity: PlaneActivity
  readonly time: PlaneTime
  readonly host: TwinHost
  /** The administrator's client. */
  readonly kube: KubeClient
  /** The world as it stands now, for the twin: the same pods on the same nodes. */
  readonly world: WorldSpec
  /** Migrates it with Regroup, whose rights are those of docs/kubernetes.md and no more. */
  migrate(fleet: DesiredFleet, onEvent?: (event: RunEvent) => void): Promise<MigrationRun>
  stop(): Promise<void>
}

/** One migration, on either side. */
export interface MigrationRun {
  readonly report: Pick<MigrationReport, 'result' | 'seconds' | 'pods' | 'blocked'>
  readonly events: readonly RunEvent[]
  readonly end: EndState
  readonly wallSeconds: number
}

/** How a real world starts. */
export interface RealWorldOptions {
  readonly isDurable?: boolean
}

/** Ready when every pod that can be is Ready. */
export async function startRealWorld(
  world: WorldSpec,
  options: RealWorldOptions = {},
): Promise<RealWorld> {
  const plane = await startControlPlane({ stagesPath, ...options })
  try {
    const parts = await assemble(plane, world)
    const { activity, bridge, host, kube, time } = parts
    const objects = await worldObjects(kube, world.startAt)
    const [cluster] = world.clusters
    const clusters = cluster === undefined ? [] : [{ ...cluster, objects, priorities: undefined }]
    return {
      ...{ plane, activity, time, host, kube },
      world: { ...world, clusters },
      migrate: (fleet, onEvent) => migrate(parts, fleet, onEvent),
      stop: async () => {
        activity.stop()
        bridge.stop()
        host.stop()
        kube.close()
        await plane.stop()
      },
    }
  } catch (error) {
    await plane.stop()
    throw error
  }
}

interface Parts {
  readonly plane: ControlPlane
  readonly activity: PlaneActivity
  readonly bridge: MachineBridge
  readonly time: PlaneTime
  readonly host: TwinHost
  readonly kube: KubeClient
}

async function assemble(plane: ControlPlane, world: WorldSpec): Promise<Parts> {
  const [cluster] = world.clusters
  assert(cluster !== undefined, 'the world has a cluster')
  const host = new TwinHost({ world: awsHalf(world), seed: '1', wall: wallClock, speed: 'max' })
  const { clusters, kernel } = host.twin
  const half = clusters.get(cluster.name)
  assert(half !== undefined, 'the twin has the cluster')
  const kube = await realClient(plane)
  const time = new PlaneTime(host.pacer, kernel)
  const activity = new PlaneActivity(kube, time)
  const bridge = new MachineBridge({ plane, kube, activity, kernel, cluster: half })
  await activity.start()
  await bridge.start()
  await createAll(kube, objectsFor(cluster.objects, half))
  await grantRegroup(plane)
  await until('every pod to be there and Ready', () => settled(kube, activity), settleMsMax)
  return { plane, activity, bridge, time, host, kube }
}

async function migrate(
  { activity, bridge, host, kube, plane, time }: Parts,
  fleet: DesiredFleet,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<MigrationRun> {
  const desired = fleet.clusters[0]
  assert(desired !== undefined, 'the fleet has a cluster')
  const startedMs = Date.now()
  const client = await realClient(plane, plane.writeKubeconfig(regroupSubject))
  const participant = host.pacer.participants.join()
  const clock = participantClock(host, participant)
  const events: RunEvent[] = []
  try {
    const report = await migrateCluster({
      desired,
      aws: engineAws(host, clock),
      kube: enginePort(client, time, activity),
      clock,
      holder: 'regroup-test',
      onEvent: (event) => {
        events.push(event)
        onEvent(event)
      },
    })
    const wallSeconds = (Date.now() - startedMs) / 1000
    await until('the control plane to settle', async () => activity.isQuiet || undefined)
    await bridge.idle()
    const now = await clusterNow(kube, desired.name)
    const twin = { ...host.twin, clusters: new Map([[desired.name, now]]) }
    return { report, events, end: endStateOf(twin, desired.name, report), wallSeconds }
  } finally {
    participant.leave()
    client.close()
  }
}

/** Every controller has made its pods, and they are as they will stay. */
async function settled(kube: KubeClient, activity: PlaneActivity): Promise<true | undefined> {
  if (!activity.isQuiet) return undefined
  const sets = await kube.list('DaemonSet')
  const others = [await kube.list('Deployment'), await kube.list('StatefulSet')]
  const isPlaced = [...activity.pods.values()].every((pod) => pod.spec.nodeName !== undefined)
  const isMade = others
    .flatMap((list) => [...list.items])
    .every(({ spec, status }) => (spec.replicas ?? 1) === (status?.replicas ?? 0))
  const isOnAll = sets.items.every(({ status }) => {
    const { currentNumberScheduled = 0, desiredNumberScheduled = 0 } = (status ?? {}) as Readonly<
      Record<string, number>
    >
    return desiredNumberScheduled > 0 && currentNumberScheduled === desiredNumberScheduled
  })
  return isPlaced && isMade && isOnAll && activity.isQuiet ? true : undefined
}

/** The AWS half needs the machines and what EKS itself changes; workloads are the real control plane's. */
function awsHalf(world: WorldSpec): WorldSpec {
  const clusters = world.clusters.map((cluster) => ({
    ...cluster,
    objects: cluster.objects.filter(({ metadata }) => addonNames.includes(metadata.name)),
  }))
  return { ...world, clusters }
}

/** The world's objects, with the namespaces and the priorities that the twin makes by itself. */
function objectsFor(objects: readonly KubeObject[], half: KubeCluster): readonly KubeObject[] {
  const own = new Set(['default', 'kube-system', 'kube-node-lease', 'kube-public'])
  const named = objects.filter((one) => one.kind === 'Namespace').map((one) => one.metadata.name)
  const used = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))
  const missing = [...used].filter((name) => !own.has(name) && !named.includes(name))
  const namespaces = missing.map((name) => ({
    apiVersion: 'v1' as const,
    kind: 'Namespace' as const,
    metadata: { name },
  }))
  const maps = half.store.list('ConfigMap').map(({ data, metadata: { name, namespace } }) => ({
    apiVersion: 'v1' as const,
    kind: 'ConfigMap' as const,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    ...(data === undefined ? {} : { data }),
  }))
  return [...namespaces, ...maps, ...objects]
}

const regroupSubject = { commonName: 'jane', organizations: ['regroup:operators'] }

/** The roles and bindings of docs/kubernetes.md, word for word. */
async function grantRegroup({ raw }: ControlPlane): Promise<void> {
  const [, block = ''] =
    /```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(readFileSync(kubernetesPage, 'utf8')) ?? []
  for (const document of parseAllDocuments(block)) {
    const body = document.toJS() as { kind: string; metadata: { namespace?: string } }
    const { namespace } = body.metadata
    const place = namespace === undefined ? '' : `/namespaces/${namespace}`
    const path = `/apis/rbac.authorization.k8s.io/v1${place}/${body.kind.toLowerCase()}s`
    const { code } = await raw.send({ method: 'POST', path, body })
    assert(code === 201, `${body.kind} of docs/kubernetes.md was accepted`)
  }
}
