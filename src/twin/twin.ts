/** A whole twin: an account, its clusters, their machinery, and ports for clients. Twin layer. */

import type { AwsApi } from '../world/aws-api.ts'
import type { Clock } from '../world/clock.ts'
import type { KubeApi } from '../world/kube-api.ts'
import { Autoscaler } from './autoscaler/autoscaler.ts'
import { AwsAccount } from './aws/account.ts'
import { addNetwork, addWorldCluster } from './build/account-parts.ts'
import { priorityClasses, startKubeSide } from './build/kube-side.ts'
import { settle } from './build/settle.ts'
import { addWorldGroup } from './build/world-group.ts'
import type { WorldCluster, WorldSpec } from './build/world-spec.ts'
import { Faults } from './kernel/faults.ts'
import { Kernel } from './kernel/kernel.ts'
import { type KillPoint, Session } from './kernel/session.ts'
import { KubeCluster } from './kube/cluster.ts'
import { startControllers } from './kube/controllers/start.ts'
import { Scheduler } from './kube/scheduler/scheduler.ts'

/** A client's ports; dead after {@link Session.kill}. */
export interface TwinClient {
  readonly session: Session
  readonly clock: Clock
  readonly aws: AwsApi
  kube(clusterName: string): KubeApi
}

/** Everything of one world. */
export interface Twin {
  readonly kernel: Kernel
  readonly faults: Faults
  readonly account: AwsAccount
  readonly clusters: ReadonlyMap<string, KubeCluster>
  /** Pods that fitted nowhere at the start, `namespace/name`. */
  readonly unplaced: readonly string[]
  connect(name: string, killPoint?: KillPoint): TwinClient
}

/** Builds the world at its start time; nothing has happened yet. */
export function buildTwin(
  spec: WorldSpec,
  options: { readonly seed: string; readonly journalKeptMax?: number },
): Twin {
  const kernel = new Kernel({
    seed: `${options.seed}/${spec.name}`,
    startMs: Date.parse(spec.startAt),
    ...(options.journalKeptMax === undefined ? {} : { journalKeptMax: options.journalKeptMax }),
  })
  const faults = new Faults(options.seed)
  for (const fault of spec.faults) faults.add(fault)
  const clusters = new Map<string, KubeCluster>()
  const account = new AwsAccount({
    kernel,
    accountId: spec.accountId,
    region: spec.region,
    startCluster: (name, kubernetesVersion) => {
      const cluster = startKubeSide(kernel, name, kubernetesVersion)
      clusters.set(name, cluster)
      return cluster
    },
  })
  account.onChange((change) => {
    if (change.kind === 'cluster' && change.status === 'DELETED')
      clusters.delete(change.cluster.name)
  })
  for (const outage of spec.outages) account.capacity.addOutage(outage)
  addNetwork(account, spec)
  const unplaced: string[] = []
  for (const cluster of spec.clusters) {
    const built = buildCluster(kernel, account, cluster)
    clusters.set(cluster.name, built.cluster)
    unplaced.push(...built.unplaced)
  }
  return {
    kernel,
    faults,
    account,
    clusters,
    unplaced,
    connect: (name, killPoint) => {
      const session = new Session(name, kernel, faults, killPoint)
      const kube = (clusterName: string): KubeApi => {
        const cluster = clusters.get(clusterName)
        if (cluster === undefined) throw new TypeError(`no cluster ${clusterName} in this world`)
        return cluster.api(session)
      }
      return { session, clock: session.clock, aws: account.api(session), kube }
    },
  }
}

function buildCluster(
  kernel: Kernel,
  account: AwsAccount,
  spec: WorldCluster,
): { cluster: KubeCluster; unplaced: readonly string[] } {
  const cluster = new KubeCluster({
    kernel,
    name: spec.name,
    kubernetesVersion: spec.kubernetesVersion,
  })
  const volumes = startControllers(kernel, cluster)
  addWorldCluster(account, spec, cluster)
  for (const group of spec.groups) addWorldGroup(account, spec, group)
  const objects = [...spec.objects, ...systemObjects(spec)]
  const { unplaced } = settle(kernel, cluster, { objects, volumes })
  cluster.disruption.syncAll()
  const scheduler = new Scheduler(kernel, cluster)
  if (spec.autoscaler !== undefined) {
    const { expanders } = spec.autoscaler
    new Autoscaler({ kernel, cluster, account, scheduler, expanders })
  }
  return { cluster, unplaced }
}

function systemObjects(spec: WorldCluster): WorldCluster['objects'] {
  const classes = priorityClasses.filter(
    (one) =>
      !spec.objects.some(
        (o) => o.kind === 'PriorityClass' && o.metadata.name === one.metadata.name,
      ),
  )
  if (spec.priorities === undefined) return classes
  const name = 'cluster-autoscaler-priority-expander'
  const metadata = { name, namespace: 'kube-system' }
  const data = { priorities: spec.priorities }
  return [...classes, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }]
}
