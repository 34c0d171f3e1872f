/** Blockers as reports show them. Run layer, pure. */

import type { Blocker } from '../decide/decision.ts'

/** One thing that only a human can solve. */
export interface ReportedBlocker {
  readonly code: string
  /** `namespace/name` of a pod, or the name of a node, group or cluster. */
  readonly object: string
  readonly reason: string
  readonly remedy: string
  /** Controller of a pod, e.g. `ReplicaSet web`; absent for bare pods and other objects. */
  readonly owner?: string
  /** Node of a pod. */
  readonly node?: string
  /** ISO time since when that node has been cordoned; absent while it is not. */
  readonly since?: string
  /** What Regroup does about it, and when. */
  readonly next: string
  /** One command that shows or mends the cause. */
  readonly command?: string
}

/** In the order given. */
export function reportedBlockers(blockers: readonly Blocker[]): readonly ReportedBlocker[] {
  return blockers.map((blocker) => {
    const { code, command, nodeName, object, owner, reason, remedy, sinceMs } = blocker
    return {
      code,
      object,
      reason,
      remedy,
      ...(owner === undefined ? {} : { owner }),
      ...(nodeName === undefined ? {} : { node: nodeName }),
      ...(sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() }),
      next: nextOf(blocker),
      ...(command === undefined ? {} : { command }),
    }
  })
}

function nextOf({ isFatal, nodeName, sinceMs }: Blocker): string {
  if (isFatal === true) return 'Nothing is touched; run again when it is solved.'
  if (nodeName === undefined) return 'Everything else is done; run again when it is solved.'
  const node = sinceMs === undefined ? 'is left as it is' : 'stays cordoned and is not terminated'
  return `Its node ${node}; the next run moves the pod as soon as it may go.`
}
