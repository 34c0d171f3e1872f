/** A served shop with the real autoscaler at work in it, and what a test asks of both. Test support. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { connectAws } from '../../../src/aws/port.ts'
import { wallClock } from '../../../src/cli/wall-clock.ts'
import type { DesiredCluster } from '../../../src/fleet/desired.ts'
import { type KubeClient, kubeClient } from '../../../src/kube/client.ts'
import { type MigrationReport, migrateCluster } from '../../../src/run/migrate-cluster.ts'
import type { Judge } from '../../../src/twin/judge/judge.ts'
import type { JournalEntry } from '../../../src/twin/kernel/journal.ts'
import { serveClusters } from '../../../src/twin/wire/kube/serve-clusters.ts'
import { type RunningTwin, serveTwin } from '../../../src/twin/wire/serve.ts'
import { assert } from '../../../src/world/assert.ts'
import { seededRandom } from '../../../src/world/random.ts'
import { systemClock } from '../../../src/world/system-clock.ts'
import { control } from '../../served-twin.ts'
import { connectionByFile, judgeServed, participantClock } from '../../wire-migration.ts'
import { type Program, until } from '../control-plane/program.ts'
import { autoscalerKeyId, autoscalerUser, startAutoscaler } from './autoscaler-process.ts'
import { clusterName, shopFleet, shopWorld } from './shop-world.ts'

/**
 * So far is the world behind the wall clock at first: time that a migration may use up at several times its speed.
 * Never ahead of it: to the autoscaler, pods of the future are too young to be looked at.
 */
const behindMs = 9 * 60_000

/** What runs. */
export interface Scene {
  readonly twin: RunningTwin
  readonly autoscaler: Program
  /** The administrator's client. */
  readonly kube: KubeClient
  readonly judge: Judge
  /** Successful calls of the autoscaler to AWS, e.g. `autoscaling:SetDesiredCapacity`, oldest first. */
  calls(operation: string, sinceSequence?: number): readonly JournalEntry[]
  /** Names of the pods that the autoscaler evicted, oldest first. */
  readonly evicted: readonly string[]
  /** Of the newest line of the journal. */
  sequence(): number
  /** What its status ConfigMap says of each group, by name of the Auto Scaling group. */
  groupStatus(): Promise<ReadonlyMap<string, GroupStatus>>
  /** Names of the Auto Scaling groups of a node group. */
  groupOf(nodeGroupName: string): string
  desiredCapacity(groupName: string): number
  /** Migrates the shop with Regroup, AWS over HTTP and Kubernetes over TLS. */
  migrate(onEvent: (message: string) => void): Promise<MigrationReport>
  /** Lets the world catch up with the wall clock and then keep to it. */
  catchUp(): Promise<void>
  stop(): Promise<void>
}

/** Part of a group's entry in `cluster-autoscaler-status`. */
export interface GroupStatus {
  readonly name: string
  readonly health: { readonly status: string; readonly cloudProviderTarget: number }
  readonly scaleUp: { readonly status: string }
}

/** Ready when the autoscaler's first loop has written its status. */
export async function startScene(): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'regroup-autoscaler-'))
  const stops: (() => Promise<unknown> | unknown)[] = [() => rmSync(folder, { recursive: true })]
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    return await assemble(folder, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function assemble(
  folder: string,
  stops: (() => Promise<unknown> | unknown)[],
  stop: () => Promise<void>,
): Promise<Scene> {
  const { kubeconfig, twin } = await serveShop()
  stops.push(() => twin.stop())
  const [desired] = shopFleet().clusters
  assert(desired !== undefined, 'the fleet has a cluster')
  const judge = await judgeServed(twin.host, desired)
  const kube = await clientOf(kubeconfig)
  stops.push(() => kube.close())
  const { endpoint, region } = twin.served.aws
  const autoscaler = await startAutoscaler({ folder, region, endpoint, kubeconfig })
  stops.push(() => autoscaler.stop())
  const evicted: string[] = []
  twin.host.twin.clusters.get(clusterName)?.server.onAudit(({ code, ref, user, verb }) => {
    if (verb === 'evict' && user === autoscalerUser && code < 300) evicted.push(ref.name)
  })
  const looks = looksOf(twin, kube)
  await until('the first loop of the autoscaler', async () =>
    (await looks.groupStatus()).size > 0 ? true : undefined,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${autoscaler.tail()}`)
  })
  return {
    ...{ twin, autoscaler, kube, judge, evicted, stop },
    ...looks,
    migrate: (onEvent) => migrate(twin, kube, { desired, onEvent }),
    catchUp: async () => {
      const lagMs = Math.floor(Date.now() - twin.host.twin.kernel.nowMs())
      if (lagMs > 0) await control(twin, 'POST /step', { ms: lagMs })
      await control(twin, 'POST /speed', { speed: 1 })
    },
  }
}

async function serveShop(): Promise<{ readonly kubeconfig: string; readonly twin: RunningTwin }> {
  let kubeconfig = ''
  const twin = await serveTwin({
    world: shopWorld(`${new Date(Date.now() - behindMs).toISOString().slice(0, 19)}Z`),
    seed: '1',
    wall: wallClock,
    speed: 1,
    address: '127.0.0.1',
    port: 0,
    controlPort: 0,
    controlToken: 'control',
    isThrottled: true,
    clusterServers: (host, faults) =>
      serveClusters(host, {
        address: '127.0.0.1',
        faults,
        writeKubeconfig: (name, text) => {
          kubeconfig = text
          return name
        },
      }),
  })
  return { kubeconfig, twin }
}

async function clientOf(kubeconfig: string): Promise<KubeClient> {
  const connection = await connectionByFile(kubeconfig)
  const random = seededRandom('kube')
  return kubeClient({ connection, clock: systemClock(), random })
}

function looksOf(
  twin: RunningTwin,
  kube: KubeClient,
): Pick<Scene, 'calls' | 'desiredCapacity' | 'groupOf' | 'groupStatus' | 'sequence'> {
  const { account, kernel } = twin.host.twin
  return {
    calls: (operation, sinceSequence = 0) =>
      kernel.journal
        .entries('call')
        .filter(({ actor, what }) => actor === autoscalerKeyId && what === operation)
        .filter(({ detail, sequence }) => detail === 'ok' && sequence > sinceSequence),
    sequence: () => kernel.journal.entries().at(-1)?.sequence ?? 0,
    groupStatus: async () => {
      const ref = { namespace: 'kube-system', name: 'cluster-autoscaler-status' }
      const map = await kube.get('ConfigMap', ref)
      const status = parse(map?.data?.status ?? '') as {
        nodeGroups?: readonly GroupStatus[]
      } | null
      return new Map((status?.nodeGroups ?? []).map((one) => [one.name, one]))
    },
    groupOf: (nodeGroupName) => {
      const found = account.nodeGroups.get(`${clusterName}/${nodeGroupName}`)?.groupName
      assert(found !== undefined, `node group ${nodeGroupName} has its Auto Scaling group`)
      return found
    },
    desiredCapacity: (groupName) => account.groups.get(groupName)?.desiredCapacity ?? 0,
  }
}

async function migrate(
  { host, served }: RunningTwin,
  kube: KubeClient,
  work: { readonly desired: DesiredCluster; readonly onEvent: (message: string) => void },
): Promise<MigrationReport> {
  const participant = host.pacer.participants.join()
  const clock = participantClock(host, participant)
  const { endpoint, region } = served.aws
  const aws = connectAws({ region, clock, random: seededRandom('jitter'), endpoint })
  try {
    return await migrateCluster({
      desired: work.desired,
      aws: aws.api,
      kube,
      clock,
      holder: 'regroup-test',
      onEvent: ({ message }) => work.onEvent(message),
    })
  } finally {
    participant.leave()
    await aws.close()
  }
}
