/** Since when each old node is seen empty. Run layer. */

import { oldGroupsOf, oldInstancesOf } from '../decide/groups.ts'
import type { Observed } from '../decide/observed.ts'
import type { EmptySince } from '../decide/retire.ts'
import type { MigrationTarget } from '../decide/target.ts'

/** Memory of one process: after a crash the soak of a node simply begins anew. */
export class EmptyWatch {
  private readonly since = new Map<string, number>()

  /** Notes what is empty now and forgets what is not. */
  update(target: MigrationTarget, observed: Observed, nowMs: number): EmptySince {
    const seen = new Set<string>()
    for (const { instance, node } of oldInstancesOf(oldGroupsOf(target, observed), observed)) {
      if (node === undefined) seen.add(instance.instanceId)
      else if (isEmpty(node.name, observed)) seen.add(node.name)
    }
    for (const name of [...this.since.keys()]) if (!seen.has(name)) this.since.delete(name)
    for (const name of seen) if (!this.since.has(name)) this.since.set(name, nowMs)
    return this.since
  }
}

/** Only DaemonSet, mirror and ended pods are left. */
function isEmpty(nodeName: string, observed: Observed): boolean {
  for (const pod of observed.drain.podsByNode.get(nodeName)?.values() ?? []) {
    const isOver = pod.phase === 'Succeeded' || pod.phase === 'Failed'
    if (pod.ownerKind !== 'daemon-set' && !pod.isMirror && !isOver) return false
  }
  return true
}
