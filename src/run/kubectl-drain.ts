/** The migration by hand, for comparison: new groups, `kubectl drain --selector`, groups deleted. Run layer. */

import { act } from '../act/act.ts'
import type { ActContext } from '../act/context.ts'
import type { MigrationTarget } from '../decide/target.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { Clock } from '../world/clock.ts'
import type { KubeApi } from '../world/kube-api.ts'
import type { Pod } from '../world/kube-objects.ts'
import type { EventDraft } from './events.ts'
import type { MigrationOutcome } from './migrate.ts'

/** The ports and the plan of a migration by hand. */
export interface ManualMigration {
  readonly aws: AwsApi
  readonly kube: KubeApi
  readonly clock: Clock
  readonly target: MigrationTarget
  readonly oldGroups: readonly string[]
  readonly emit: (event: EventDraft) => void
  /** Aborted = no further node is drained and nothing is deleted. */
  readonly signal?: AbortSignal
}

const pollMs = 15_000
/** kubectl 1.32: pause after a 429, and between looks at a pod that goes. */
const retryMs = 5000
const lookMs = 1000
/** `--timeout` per node, so that the comparison ends; kubectl's own default is for ever. */
const nodeTimeoutMs = 15 * 60_000
/** client-go's default limit: 5 requests a second per API group, here as the pace of evictions. */
const evictionGapMs = 200

/** Never blocked: what does not drain dies with its instance. */
export async function runKubectlDrain(run: ManualMigration): Promise<MigrationOutcome> {
  await upgradeControlPlane(run)
  await createGroups(run)
  await drainAll(run)
  if (run.signal?.aborted) return { result: 'paused' }
  for (const AutoScalingGroupName of run.oldGroups) {
    run.emit({
      type: 'group',
      object: AutoScalingGroupName,
      message: `deleting ${AutoScalingGroupName} by force`,
    })
    await run.aws.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true })
  }
  await untilGone(run)
  return { result: 'converged' }
}

async function upgradeControlPlane({ aws, clock, emit, target }: ManualMigration): Promise<void> {
  const name = target.clusterName
  for (;;) {
    const { cluster } = await aws.eks.describeCluster({ name })
    if (cluster?.status !== 'ACTIVE') {
      await clock.sleep(pollMs)
      continue
    }
    if (cluster.version === target.kubernetesVersion) return
    const version = `1.${Number(cluster.version?.slice(2)) + 1}`
    emit({ type: 'action', object: name, message: `upgrading the control plane to ${version}` })
    await aws.eks.updateClusterVersion({ name, version })
  }
}

/** The post let the autoscaler size the new groups: they start at their minimum. */
async function createGroups({ aws, clock, emit, kube, target }: ManualMigration): Promise<void> {
  const { clusterName } = target
  const context: ActContext = { aws, kube, clock, clusterName, assertLeaseHeld: () => undefined }
  for (const { creation, name } of target.nodeGroups) {
    if (creation === undefined) continue
    emit({ type: 'node-group', object: name, message: `creating node group ${name}` })
    await act({ kind: 'create-node-group', object: name, reason: 'by hand', creation }, context)
    for (;;) {
      const { nodegroup } = await aws.eks.describeNodegroup({ clusterName, nodegroupName: name })
      if (nodegroup?.status !== 'CREATING') break
      await clock.sleep(pollMs)
    }
  }
}

/** Nodes are read once, all cordoned, then drained one after the other. */
async function drainAll({ clock, emit, kube, signal }: ManualMigration): Promise<void> {
  const labelSelector = '!eks.amazonaws.com/nodegroup'
  const { items } = await kube.list('Node', { labelSelector })
  const body = { spec: { unschedulable: true } }
  for (const { metadata } of items) {
    await kube.patch('Node', { name: metadata.name }, { type: 'strategic', body })
  }
  for (const { metadata } of items) {
    if (signal?.aborted) return
    emit({ type: 'node', object: metadata.name, message: `draining ${metadata.name}` })
    await drainNode(metadata.name, kube, clock)
  }
}

async function drainNode(name: string, kube: KubeApi, clock: Clock): Promise<void> {
  const { items } = await kube.list('Pod', { fieldSelector: `spec.nodeName=${name}` })
  const endMs = clock.nowMs() + nodeTimeoutMs
  const pods = items.filter(isDrained)
  await Promise.all(
    pods.map((pod, index) => drainPod(pod, { kube, clock, endMs, delayMs: index * evictionGapMs })),
  )
}

function isDrained(pod: Pod): boolean {
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return false
  return !pod.metadata.ownerReferences?.some((one) => one.controller && one.kind === 'DaemonSet')
}

async function drainPod(
  pod: Pod,
  context: {
    readonly kube: KubeApi
    readonly clock: Clock
    readonly endMs: number
    readonly delayMs: number
  },
): Promise<void> {
  const { clock, delayMs, endMs, kube } = context
  const ref = { namespace: pod.metadata.namespace, name: pod.metadata.name }
  await clock.sleep(delayMs)
  for (;;) {
    if (clock.nowMs() >= endMs) return
    const result = await kube.evict(ref)
    if (result.kind === 'gone') return
    if (result.kind === 'evicted') break
    if (result.kind !== 'refused') return
    await clock.sleep(retryMs)
  }
  while (clock.nowMs() < endMs) {
    const now = await kube.get('Pod', ref)
    if (now === undefined || now.metadata.uid !== pod.metadata.uid) return
    await clock.sleep(lookMs)
  }
}

async function untilGone({ aws, clock, oldGroups }: ManualMigration): Promise<void> {
  for (;;) {
    const { AutoScalingGroups } = await aws.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [...oldGroups],
    })
    if ((AutoScalingGroups ?? []).length === 0) return
    await clock.sleep(pollMs)
  }
}
