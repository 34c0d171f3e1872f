/** What stands on the old nodes before anything moves. Run layer. */

import type { AwsAccount } from '../twin/aws/account.ts'
import { isMovable } from '../twin/judge/pods.ts'
import { runAnnotation } from '../twin/kube/annotations.ts'
import type { KubeCluster } from '../twin/kube/cluster.ts'
import { requirementsOf } from '../twin/kube/scheduler/requirements.ts'
import type { Pod } from '../world/kube-objects.ts'

/** One old node. Jobs are apart: they are not moved but waited for. */
export interface OldNodeLoad {
  readonly name: string
  readonly pods: readonly Pod[]
  /** Requests of `pods` together. */
  readonly cpuMilli: number
  readonly memoryBytes: number
  /** When its last Job pod ends, virtual epoch milliseconds; -Infinity without any. */
  readonly jobsEndMs: number
}

/** The nodes of these groups, in order of their instances. */
export function oldNodeLoads(
  cluster: KubeCluster,
  account: AwsAccount,
  groupNames: readonly string[],
): readonly OldNodeLoad[] {
  return groupNames.flatMap((groupName) =>
    [...(account.groups.get(groupName)?.instanceIds ?? [])].flatMap((id) => {
      const name = cluster.machines.nodeOf(id)?.metadata.name
      return name === undefined ? [] : [loadOf(name, cluster, account.kernel.nowMs())]
    }),
  )
}

function loadOf(name: string, cluster: KubeCluster, nowMs: number): OldNodeLoad {
  const pods: Pod[] = []
  let cpuMilli = 0
  let memoryBytes = 0
  let jobsEndMs = Number.NEGATIVE_INFINITY
  for (const pod of cluster.store.podsOnNode(name).values()) {
    if (!isMovable(pod)) continue
    const runSeconds = Number(pod.metadata.annotations?.[runAnnotation] ?? Number.NaN)
    if (!Number.isNaN(runSeconds)) {
      jobsEndMs = Math.max(jobsEndMs, nowMs + runSeconds * 1000)
      continue
    }
    const needs = requirementsOf(pod.spec)
    pods.push(pod)
    cpuMilli += needs.cpuMilli
    memoryBytes += needs.memoryBytes
  }
  return { name, pods, cpuMilli, memoryBytes, jobsEndMs }
}
