/** The least time a move can take: budgets, room and nodes (drain-and-rolling 6.1). Run layer. */

import { surgeLimit } from '../decide/surge.ts'
import type { MigrationTarget } from '../decide/target.ts'
import type { AwsAccount } from '../twin/aws/account.ts'
import { budgetsOver, isMovable, truthOf } from '../twin/judge/pods.ts'
import type { KubeCluster } from '../twin/kube/cluster.ts'
import type { Pod } from '../world/kube-objects.ts'

/** Least times of the twin's model, seconds: boot to Ready, stop, terminate. */
const bootSeconds = 40
const stopSeconds = 1
const terminateSeconds = 20

/** Seconds from the first eviction to the last old instance gone that no schedule can beat. */
export function lowerBoundSeconds(
  cluster: KubeCluster,
  account: AwsAccount,
  context: { readonly oldGroups: readonly string[]; readonly target: MigrationTarget },
): number {
  const groups = context.oldGroups.flatMap((name) => account.groups.get(name) ?? [])
  const names = new Set<string>()
  for (const group of groups) {
    for (const id of group.instanceIds) {
      const name = cluster.machines.nodeOf(id)?.metadata.name
      if (name !== undefined) names.add(name)
    }
  }
  const pods: Pod[] = []
  for (const name of names) {
    for (const pod of cluster.store.podsOnNode(name).values()) if (isMovable(pod)) pods.push(pod)
  }
  if (pods.length === 0) return 0
  const sizes = groups.map((group) => group.desiredCapacity)
  const surge = Math.max(1, surgeLimit(context.target.policy, sizes))
  const rounds = Math.ceil(names.size / surge)
  // The first round's nodes are there when the first eviction is sent.
  const byRoom = (rounds - 1) * (bootSeconds + stopSeconds + terminateSeconds)
  return Math.max(byRoom, longestBudget(pods, cluster)) + stopSeconds + terminateSeconds
}

function longestBudget(pods: readonly Pod[], cluster: KubeCluster): number {
  const counts = new Map<string, { count: number; atOnce: number; holdSeconds: number }>()
  for (const pod of pods) {
    const [budget] = budgetsOver(pod, cluster)
    if (budget === undefined) continue
    const key = `${budget.metadata.namespace}/${budget.metadata.name}`
    const known = counts.get(key)
    if (known !== undefined) {
      known.count += 1
      continue
    }
    const truth = truthOf(budget, cluster)
    const atOnce = truth === undefined ? 0 : truth.expectedPods - truth.desiredHealthy
    counts.set(key, { count: 1, atOnce, holdSeconds: startSeconds(pod) })
  }
  let longest = 0
  for (const { atOnce, count, holdSeconds } of counts.values()) {
    // Budgets that never allow anything block; they do not bound the time of the rest.
    if (atOnce > 0) longest = Math.max(longest, (Math.ceil(count / atOnce) - 1) * holdSeconds)
  }
  return longest
}

/** Half of the probes' estimate: the model draws around it. */
function startSeconds(pod: Pod): number {
  const probes = pod.spec.containers.flatMap((one) => one.readinessProbe ?? [])
  const seconds = probes.map((one) => (one.initialDelaySeconds ?? 0) + (one.periodSeconds ?? 10))
  return Math.max(1, ...seconds) / 2
}
