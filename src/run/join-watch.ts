/** Which instances of new groups do not become Ready nodes. Run layer. */

import { isLeaving, newGroupsOf } from '../decide/groups.ts'
import {
  hasStarted,
  joinDeadlineMs,
  type LateInstance,
  type LateInstances,
} from '../decide/late-nodes.ts'
import type { Observed } from '../decide/observed.ts'
import type { MigrationTarget } from '../decide/target.ts'

/**
 * Watched at least so long before it counts as late, however old it is: a kubelet that could not register
 * tries on, so nodes come within minutes once their role or security group is mended.
 */
const graceMs = 5 * 60_000
/**
 * One that is gone before it was ever Ready counts too when it had this long: the autoscaler ends what does
 * not register within 15 minutes (--max-node-provision-time), and every launch after it would go the same way.
 */
const goneAfterMs = 10 * 60_000

interface Watched {
  readonly groupName: string
  readonly seenMs: number
  /** Undefined until it is asked for. */
  launchedMs: number | undefined
  hasNode: boolean
  wasReady: boolean
  /** Undefined while it is Ready. */
  unreadySinceMs: number | undefined
}

/** Memory of one process: the next one knows launches from AWS, and waits {@link graceMs} at least. */
export class JoinWatch {
  private readonly watched = new Map<string, Watched>()
  private readonly gone = new Map<string, LateInstance & { readonly groupName: string }>()
  private readonly graceMs: number

  /** With 0 an old instance is late at first sight: for those who look once. */
  constructor(patienceMs = graceMs) {
    this.graceMs = patienceMs
  }

  /** Notes what is there now. */
  update(target: MigrationTarget, observed: Observed, nowMs: number): void {
    const present = new Set<string>()
    for (const { group } of newGroupsOf(target, observed)) {
      for (const instance of group.instances) {
        if (isLeaving(instance)) continue
        present.add(instance.instanceId)
        this.note(instance.instanceId, { groupName: group.name, observed, nowMs })
      }
    }
    for (const [instanceId, one] of this.watched) {
      if (present.has(instanceId)) continue
      this.watched.delete(instanceId)
      const sinceMs = this.sinceOf(one)
      if (one.wasReady || nowMs - sinceMs < goneAfterMs) continue
      const { groupName, hasNode } = one
      this.gone.set(instanceId, { instanceId, groupName, sinceMs, hasNode, isGone: true })
    }
  }

  /** Groups with instances that have taken long and whose launch time is not known. */
  unknownGroups(nowMs: number): readonly string[] {
    const names = new Set<string>()
    for (const one of this.watched.values()) {
      if (one.wasReady || one.unreadySinceMs === undefined || one.launchedMs !== undefined) continue
      if (nowMs - one.seenMs >= this.graceMs) names.add(one.groupName)
    }
    return [...names].sort()
  }

  /** Takes the launch times of a group; what is not among them counts from when it was first seen. */
  learn(groupName: string, launchedMs: ReadonlyMap<string, number>): void {
    for (const [instanceId, one] of this.watched) {
      if (one.groupName === groupName) one.launchedMs = launchedMs.get(instanceId) ?? one.seenMs
    }
  }

  /** By Auto Scaling group, in order of instance ids. */
  late(nowMs: number): LateInstances {
    const found: (LateInstance & { readonly groupName: string })[] = [...this.gone.values()]
    for (const [instanceId, one] of this.watched) {
      const sinceMs = this.sinceOf(one)
      if (one.unreadySinceMs === undefined || nowMs - sinceMs < joinDeadlineMs) continue
      if (nowMs - one.seenMs < this.graceMs) continue
      const { groupName, hasNode } = one
      found.push({ instanceId, groupName, sinceMs, hasNode, isGone: false })
    }
    found.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1))
    const byGroup = new Map<string, LateInstance[]>()
    for (const { groupName, ...one } of found) {
      byGroup.set(groupName, [...(byGroup.get(groupName) ?? []), one])
    }
    return byGroup
  }

  private note(
    instanceId: string,
    context: { readonly groupName: string; readonly observed: Observed; readonly nowMs: number },
  ): void {
    const { groupName, nowMs, observed } = context
    const known = this.watched.get(instanceId)
    const one: Watched = known ?? {
      groupName,
      seenMs: nowMs,
      launchedMs: undefined,
      hasNode: false,
      wasReady: false,
      unreadySinceMs: undefined,
    }
    if (known === undefined) this.watched.set(instanceId, one)
    const node = observed.drain.nodeByInstance.get(instanceId)
    one.hasNode = node !== undefined
    const isReady = hasStarted(node)
    one.wasReady ||= isReady
    one.unreadySinceMs = isReady ? undefined : (one.unreadySinceMs ?? nowMs)
  }

  /** From its launch, or, once it was Ready, from the end of that. */
  private sinceOf(one: Watched): number {
    if (one.wasReady) return one.unreadySinceMs ?? one.seenMs
    return one.launchedMs ?? one.seenMs
  }
}
