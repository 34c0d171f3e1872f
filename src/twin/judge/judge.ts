/** The judge: every rule after every event, from the twin's own state. Twin layer. */

import type { Pod } from '../../world/kube-objects.ts'
import type { AwsAccount } from '../aws/account.ts'
import type { AccountChange } from '../aws/state.ts'
import type { AuditRecord } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KubeCluster } from '../kube/cluster.ts'
import { allInvariants } from './all.ts'
import type { Invariant, JudgePlan, JudgeView, Removal, Watcher } from './invariant.ts'
import { Measures } from './measures.ts'
import { isMovable } from './pods.ts'

/** One broken rule at one object. */
export interface Breach {
  readonly number: number
  readonly name: string
  readonly object: string
  readonly message: string
  /** Virtual epoch milliseconds of the first time. */
  readonly firstAtMs: number
  count: number
}

/** Thrown out of the kernel in mode `stop`: the run ends at the first breach. */
export class JudgeStop extends Error {
  override readonly name = 'JudgeStop'
  readonly breach: Breach

  constructor(breach: Breach, lastCalls: readonly string[]) {
    const calls = lastCalls.map((line) => `  ${line}`).join('\n')
    super(
      `invariant ${breach.number} (${breach.name}) is broken at ${new Date(breach.firstAtMs).toISOString()}: ` +
        `${breach.object} ${breach.message}\nlast calls:\n${calls}`,
    )
    this.breach = breach
  }
}

/** Different objects kept per rule; later ones are only counted. */
export const breachesKeptMax = 500

/** Watches one cluster of a twin. */
export class Judge {
  readonly measures: Measures
  private readonly kernel: Kernel
  private readonly account: AwsAccount
  private readonly cluster: KubeCluster
  private readonly plan: JudgePlan
  private readonly mode: 'stop' | 'count'
  private readonly watchers: readonly Watcher[]
  private readonly invariants: readonly Invariant[]
  private readonly breachesByKey = new Map<string, Breach>()
  private checkCount = 0
  private pausedAtMs: number | undefined
  private failure: JudgeStop | undefined

  constructor(options: {
    readonly kernel: Kernel
    readonly account: AwsAccount
    readonly cluster: KubeCluster
    readonly plan: JudgePlan
    readonly mode: 'stop' | 'count'
  }) {
    this.kernel = options.kernel
    this.account = options.account
    this.cluster = options.cluster
    this.plan = options.plan
    this.mode = options.mode
    this.invariants = allInvariants(() => this.pausedAtMs)
    this.watchers = this.invariants.map((one) => one.watch(this.viewFor(one)))
    this.measures = new Measures(this.kernel, this.cluster, (user) => this.isOurs(user))
    this.cluster.server.onAudit((record) => this.takeAudit(record))
    this.cluster.store.subscribe((event) => {
      this.measures.takeStore(event)
      for (const watcher of this.watchers) watcher.onStore?.(event)
    })
    this.account.onChange((change) => this.takeChange(change))
    this.kernel.onAfterEvent(() => this.check())
  }

  /** Rules looked at so far, times events. */
  get checkedCount(): number {
    return this.checkCount
  }

  /** All breaches, by rule and time. */
  get breaches(): readonly Breach[] {
    return [...this.breachesByKey.values()].sort(
      (a, b) => a.number - b.number || a.firstAtMs - b.firstAtMs || (a.object < b.object ? -1 : 1),
    )
  }

  /** What each rule can see in the twin. */
  get visibility(): readonly Pick<
    Invariant,
    'number' | 'name' | 'text' | 'visibility' | 'limit'
  >[] {
    return this.invariants
  }

  /** From now on new evictions break rule 20. */
  notePause(): void {
    this.pausedAtMs = this.kernel.nowMs()
  }

  private isOurs(user: string): boolean {
    return this.plan.engineUsers.has(user)
  }

  private viewFor(invariant: Invariant): JudgeView {
    return {
      kernel: this.kernel,
      account: this.account,
      cluster: this.cluster,
      plan: this.plan,
      isOurs: (user) => this.isOurs(user),
      broken: (object, message) => this.record(invariant, object, message),
    }
  }

  private record(invariant: Invariant, object: string, message: string): void {
    const { name, number } = invariant
    const key = `${number} ${object}`
    const known = this.breachesByKey.get(key)
    if (known !== undefined) {
      known.count += 1
      return
    }
    const breach: Breach = {
      number,
      name,
      object,
      message,
      firstAtMs: this.kernel.nowMs(),
      count: 1,
    }
    if (this.breachesByKey.size < breachesKeptMax) this.breachesByKey.set(key, breach)
    // Thrown after the event, when the world is at rest: handlers run in the middle of changes.
    if (this.mode === 'stop') this.failure ??= new JudgeStop(breach, this.lastCalls())
  }

  private lastCalls(): readonly string[] {
    return this.kernel.journal
      .entries('call')
      .slice(-10)
      .map(
        ({ actor, atMs, detail, object, what }) =>
          `${new Date(atMs).toISOString()} ${actor} ${what} ${object} ${detail}`,
      )
  }

  private takeAudit(record: AuditRecord): void {
    for (const watcher of this.watchers) watcher.onAudit?.(record)
    this.measures.takeAudit(record)
    const isEnd = record.kind === 'Pod' && (record.verb === 'evict' || record.verb === 'delete')
    if (!isEnd || record.code >= 300 || record.isDryRun === true || !this.isOurs(record.user))
      return
    const pod = record.before as Pod | undefined
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return
    const how = record.verb === 'evict' ? 'evicted' : 'deleted'
    this.takeRemoval({ pod, how, user: record.user })
  }

  private takeChange(change: AccountChange): void {
    for (const watcher of this.watchers) watcher.onChange?.(change)
    this.measures.takeChange(change, this.plan.oldGroups)
    if (change.kind !== 'instance-terminating' || !this.isOurs(change.cause.user)) return
    const { cause, instance } = change
    const group = this.account.groups.get(instance.groupName)
    for (const watcher of this.watchers) watcher.onInstanceEnd?.(instance, group, cause.operation)
    const nodeName = this.cluster.machines.nodeOf(instance.id)?.metadata.name
    if (nodeName === undefined) return
    for (const pod of [...this.cluster.store.podsOnNode(nodeName).values()]) {
      if (!isMovable(pod) || pod.metadata.deletionTimestamp !== undefined) continue
      this.takeRemoval({ pod, how: 'instance-ended', user: cause.user })
    }
  }

  private takeRemoval(removal: Removal): void {
    this.measures.takeRemoval(removal)
    for (const watcher of this.watchers) watcher.onRemoval?.(removal)
  }

  private check(): void {
    this.checkCount += 1
    for (const watcher of this.watchers) watcher.check?.()
    if (this.failure !== undefined) throw this.failure
  }
}
