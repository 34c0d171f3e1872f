/** Why a pod that may move does not: its budget, a service that is down, or no place. Drain layer, pure. */

import { allowanceOf, isHealthy } from './budgets.ts'
import type { LandingNode } from './landing.ts'
import { misfit } from './node-fit.ts'
import { freeRoomOf, lackingResource, takeRoom } from './room.ts'
import type { DrainBudget, DrainPod, DrainView } from './view.ts'

/** What to tell a human about a pod; codes are those of docs/drain-codes.md. */
export interface Diagnosis {
  readonly code: string
  /** Goes on from the pod's name. */
  readonly reason: string
  readonly remedy: string
  /** One command that shows the cause. */
  readonly command?: string
}

/** Names in a text before it is cut short. */
const namesMax = 5

/** What keeps its budget, real or virtual, from letting the pod go now; undefined when nothing does. */
export function diagnoseBudget(pod: DrainPod, view: DrainView): Diagnosis | undefined {
  const allowance = allowanceOf(pod, view)
  if (allowance.kind === 'budget') return diagnoseRealBudget(pod, allowance.budget, view)
  const wanted = allowance.kind === 'virtual' ? (allowance.controller?.replicas ?? 1) : 1
  if (wanted < 2 || !isHealthy(pod)) return undefined
  const siblings = view.podsByOwner.get(pod.ownerUid ?? '')
  const away = notReady(siblings)
  const readyCount = (siblings?.size ?? 0) - away.length
  if (readyCount >= wanted) return undefined
  return {
    code: 'PDBExhausted',
    reason:
      `waits for the other pods of ${pod.ownerName}: ${readyCount} of ${wanted} are Ready` +
      `${namesText(away)}`,
    remedy: 'Mend those pods; the next run moves this one.',
    command: `kubectl -n ${pod.namespace} get pods -o wide`,
  }
}

function diagnoseRealBudget(
  pod: DrainPod,
  budget: DrainBudget,
  view: DrainView,
): Diagnosis | undefined {
  const command = `kubectl -n ${budget.namespace} describe pdb ${budget.name}`
  if (!budget.isObserved) {
    return {
      code: 'PDBStale',
      reason: `waits for budget ${budget.name}: its status is older than its spec`,
      remedy: 'Look at the disruption controller (kube-controller-manager).',
      command,
    }
  }
  const needsUnit = pod.isReady || budget.policy !== 'AlwaysAllow'
  if (budget.disruptionsAllowed > 0 || !needsUnit) return undefined
  const away = notReady(view.podsByBudget.get(budget.key))
  return {
    code: 'PDBExhausted',
    reason:
      `waits for budget ${budget.name}, which needs ${budget.desiredHealthy} healthy pods ` +
      `and has ${budget.currentHealthy}${namesText(away)}`,
    remedy: 'Mend the pods that are not Ready, or loosen the budget by one for the migration.',
    command,
  }
}

/** What each node that takes pods lacks for this one, counted. */
export function diagnosePlace(
  pod: DrainPod,
  nodes: Iterable<LandingNode>,
  view: DrainView,
): Diagnosis {
  const counts = new Map<string, number>()
  for (const node of nodes) {
    const why = lackOf(pod, node, view)
    counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([why, count]) => `${count} x ${why}`)
  const { cpuMilli, memoryBytes } = pod.needs.requests
  const size = `${cpuMilli}m CPU, ${Math.round(memoryBytes / 2 ** 20)}Mi memory`
  return {
    code: 'NoLanding',
    reason:
      `has no place on the nodes that stay (it asks for ${size}): ` +
      `${parts.length === 0 ? 'there are none' : parts.slice(0, namesMax).join(', ')}`,
    remedy: 'Raise migration.surge or maxSize of a node group that fits, or mend what it asks for.',
    command: `kubectl -n ${pod.namespace} describe pod ${pod.name}`,
  }
}

function lackOf(pod: DrainPod, node: LandingNode, view: DrainView): string {
  const shape = misfit(pod, node, view)
  if (shape !== undefined) return shape
  const free = freeRoomOf(node.allocatable)
  const used = view.usedByNode.get(node.name)
  if (used !== undefined) takeRoom(free, used)
  const resource = lackingResource(free, pod.needs.requests)
  return resource === undefined
    ? 'promised to other pods or refused by neighbours'
    : `too little ${resource}`
}

function notReady(pods: ReadonlyMap<string, DrainPod> | undefined): readonly DrainPod[] {
  return [...(pods?.values() ?? [])].filter((one) => !isHealthy(one))
}

function namesText(pods: readonly DrainPod[]): string {
  if (pods.length === 0) return ''
  const names = pods.map((pod) => `${pod.name} on ${pod.nodeName ?? 'no node'}`).sort()
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : ''
  return `; not Ready: ${names.slice(0, namesMax).join(', ')}${more}`
}
