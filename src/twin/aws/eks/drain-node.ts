/** EKS's own drain: cordon, evict everything, wait, give up after a time. Twin layer. */

import type { Pod } from '../../../world/kube-objects.ts'
import { isPodTerminal } from '../../kube/conditions.ts'
import type { AwsAccount } from '../account.ts'
import type { ClusterState } from '../state.ts'

/** One drain. `whenDone` is called once, with the pods that were still there at the end. */
export interface NodeDrain {
  readonly cluster: ClusterState
  readonly nodeName: string
  /** Audit name of the actor. */
  readonly user: string
  readonly timeoutMs: number
  /** True ends the drain without calling `whenDone`; looked at before every round. */
  readonly isCalledOff?: () => boolean
  readonly whenDone: (left: readonly string[]) => void
}

/** Between two rounds of evictions. */
const roundMs = 5000

/** Starts the drain; it goes on in virtual time. An empty node is done at once. */
export function drainNode(account: AwsAccount, drain: NodeDrain): void {
  const { cluster, nodeName, user } = drain
  const { server, store } = cluster.twin
  const node = store.get('Node', undefined, nodeName)
  if (node !== undefined && node.spec?.unschedulable !== true) {
    const body = { spec: { unschedulable: true } }
    server.patch('Node', { name: nodeName }, { type: 'strategic', body }, user)
  }
  round(account, drain, account.kernel.nowMs() + drain.timeoutMs)
}

function round(account: AwsAccount, drain: NodeDrain, endMs: number): void {
  const { cluster, nodeName, user, whenDone } = drain
  if (drain.isCalledOff?.() === true) return
  const pods = [...cluster.twin.store.podsOnNode(nodeName).values()].filter(isDrained)
  const isOver = pods.length === 0 || account.kernel.nowMs() >= endMs
  if (isOver) {
    whenDone(pods.map((pod) => `${pod.metadata.namespace}/${pod.metadata.name}`))
    return
  }
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue
    const ref = { namespace: pod.metadata.namespace, name: pod.metadata.name }
    cluster.twin.server.evict(ref, {}, user)
  }
  account.kernel.after(roundMs, 'eks-drain', () => round(account, drain, endMs))
}

/** DaemonSet and mirror pods stay, ended ones do not count. */
function isDrained(pod: Pod): boolean {
  if (isPodTerminal(pod)) return false
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return false
  return !pod.metadata.ownerReferences?.some((one) => one.kind === 'DaemonSet')
}
