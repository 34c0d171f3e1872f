/** The loop: observe, decide, act, until desired and observed are the same. Run layer. */

import type { ActContext } from '../act/context.ts'
import { decideAbort } from '../decide/abort.ts'
import type { Blocker, Decision } from '../decide/decision.ts'
import { decideMigration } from '../decide/migrate.ts'
import type { Observed } from '../decide/observed.ts'
import type { MigrationTarget } from '../decide/target.ts'
import { AwsObserver } from '../observe/aws-observer.ts'
import { KubeObserver } from '../observe/kube-observer.ts'
import { readLaunchTimes } from '../observe/launch-times.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { Clock } from '../world/clock.ts'
import { isFailure } from '../world/failure.ts'
import type { KubeApi } from '../world/kube-api.ts'
import { Backoff } from './backoff.ts'
import { concernOf } from './dirty.ts'
import { EmptyWatch } from './empty-watch.ts'
import type { EventDraft } from './events.ts'
import { executeAll, type Outcome } from './execute.ts'
import { JoinWatch } from './join-watch.ts'
import { ClusterLease } from './lease.ts'
import { Narrator } from './narrator.ts'
import { Pause } from './pause.ts'

/** Everything a run works with. */
export interface MigrationRun {
  readonly aws: AwsApi
  readonly kube: KubeApi
  readonly clock: Clock
  readonly target: MigrationTarget
  /** Name of this process in the lease; unique per process. */
  readonly holder: string
  readonly emit: (event: EventDraft) => void
  /** Aborted = start nothing new, finish what is in flight, return `paused`. */
  readonly signal?: AbortSignal
  /** What is to come of it: the target, or what was there before. By default `migrate`. */
  readonly goal?: 'migrate' | 'abort'
}

/** How a run ended. */
export type MigrationOutcome =
  | { readonly result: 'converged' | 'paused' }
  | { readonly result: 'blocked'; readonly blockers: readonly Blocker[] }

/** Ticks are at least this far apart: one tick answers many events. */
const tickMs = 1000
/** In clusters with more pods than this ticks are rarer in proportion: each looks at all of them. */
const podsPerTickMs = 5
/** Between looks when nothing is known to happen. */
const idleTickMs = 60_000
/** The lease is renewed at least this often; others take over after 60 s. */
const leaseWaitMs = 40_000
/** In waits longer than this the lease is given back. */
const longWaitMs = 120_000

/**
 * Idempotent: run it again after any end and it goes on from what it finds. Rejects with a RegroupError
 * when the world refuses for good, and with an AssertionError for bugs.
 */
export async function runMigration(run: MigrationRun): Promise<MigrationOutcome> {
  const loop = new MigrationLoop(run)
  try {
    return await loop.run()
  } finally {
    loop.stop()
  }
}

class MigrationLoop {
  private readonly input: MigrationRun
  private readonly pause: Pause
  private readonly kubeObserver: KubeObserver
  private readonly awsObserver: AwsObserver
  private readonly lease: ClusterLease
  private readonly backoff = new Backoff()
  private readonly emptyWatch = new EmptyWatch()
  private readonly joinWatch = new JoinWatch()
  /** Late instances of each group when EKS was last asked about it. */
  private readonly lateCounts = new Map<string, number>()
  private readonly narrator: Narrator
  private readonly context: ActContext
  private isMoving = false

  constructor(input: MigrationRun) {
    const { aws, clock, kube, target } = input
    this.input = input
    this.pause = new Pause(clock, input.signal)
    this.kubeObserver = new KubeObserver({ kube, clock, onChange: () => this.pause.wake() })
    const { addons, clusterName } = target
    this.awsObserver = new AwsObserver({ aws, clock, clusterName, addonNames: addons })
    this.lease = new ClusterLease(kube, clock, input.holder)
    this.narrator = new Narrator(input.emit)
    this.context = { aws, kube, clock, clusterName, assertLeaseHeld: this.lease.assertHeld }
  }

  stop(): void {
    this.kubeObserver.stop()
  }

  async run(): Promise<MigrationOutcome> {
    try {
      return await this.rounds()
    } catch (error) {
      // Whoever pauses while the world does not answer has paused: nothing of ours is under way.
      const isPassing = isFailure(error) && error.retry !== 'never'
      if (isPassing && this.input.signal?.aborted) return this.end({ result: 'paused' })
      throw error
    }
  }

  private async rounds(): Promise<MigrationOutcome> {
    await this.retrying(this.kubernetesApi, () => this.kubeObserver.start())
    for (;;) {
      if (this.input.signal?.aborted) return this.end({ result: 'paused' })
      const decision = await this.tick()
      if (decision === undefined) continue
      if (decision.kind === 'settled') return this.end({ result: 'converged' })
      if (decision.kind === 'blocked') {
        return this.end({ result: 'blocked', blockers: decision.blockers })
      }
    }
  }

  private async end(outcome: MigrationOutcome): Promise<MigrationOutcome> {
    await this.lease.release()
    return outcome
  }

  /** One round; undefined when nothing was decided because someone else holds the lease. */
  private async tick(): Promise<Decision | undefined> {
    const { clock } = this.input
    const startedMs = clock.nowMs()
    if (!(await this.holdLease())) return undefined
    const observed = await this.retrying('AWS', () => this.observeJoins())
    this.tellWatches()
    const nowMs = clock.nowMs()
    const decision = this.decide(observed, nowMs)
    this.narrator.tell(decision)
    this.isMoving = observed.record.exists
    const ready = decision.actions.filter((action) => !this.backoff.isResting(action, nowMs))
    if (ready.length > 0) {
      await executeAll(ready, this.context, (outcome) => this.take(outcome))
      await this.pause.until(startedMs + this.tickMsNow())
    } else if (decision.kind === 'act' || decision.kind === 'wait') {
      await this.wait(decision)
    }
    return decision
  }

  private decide(observed: Observed, nowMs: number): Decision {
    const { goal, target } = this.input
    if (goal === 'abort') return decideAbort(target, observed)
    const emptySince = this.emptyWatch.update(target, observed, nowMs)
    const late = this.joinWatch.late(nowMs)
    return decideMigration(target, observed, { nowMs, emptySince, late })
  }

  private tickMsNow(): number {
    return Math.max(tickMs, this.kubeObserver.drain.podCount / podsPerTickMs)
  }

  private async holdLease(): Promise<boolean> {
    const state = await this.retrying(this.kubernetesApi, () => this.lease.ensure())
    if (state === 'held') return true
    const until = new Date(state.untilMs).toISOString()
    const text = `${state.heldBy}, who holds the lease of the cluster until ${until}`
    this.narrator.waitFor('lease', text)
    await this.pause.until(Math.max(state.untilMs, this.input.clock.nowMs() + tickMs))
    return false
  }

  /** As it is called in what the user reads. */
  private get kubernetesApi(): string {
    return `the Kubernetes API of ${this.input.target.clusterName}`
  }

  /**
   * Watches mend themselves in the background; while one is broken the view is not of now. One that is
   * forbidden stays broken: nothing is decided on a view that stands still.
   */
  private tellWatches(): void {
    const refusal = this.kubeObserver.refusal()
    if (refusal !== undefined) throw refusal
    const [failure] = this.kubeObserver.failures()
    if (failure === undefined) return
    this.narrator.waitFor('watches', `${this.kubernetesApi}: ${failure}`)
  }

  private async observe(): Promise<Observed> {
    const view = await this.awsObserver.observe(this.isMoving)
    return {
      ...view,
      autoscaler: this.kubeObserver.autoscaler(),
      priorities: this.kubeObserver.priorities(),
      record: this.kubeObserver.record(),
      drain: this.kubeObserver.drain.view(),
    }
  }

  /** Looks closer where instances do not come: when they were launched, and what EKS says of their group. */
  private async observeJoins(): Promise<Observed> {
    const { aws, clock, target } = this.input
    const observed = await this.observe()
    const nowMs = clock.nowMs()
    this.joinWatch.update(target, observed, nowMs)
    for (const name of this.joinWatch.unknownGroups(nowMs)) {
      this.joinWatch.learn(name, await readLaunchTimes(aws, name))
    }
    const late = this.joinWatch.late(nowMs)
    const news = [...late].filter(([name, { length }]) => this.lateCounts.get(name) !== length)
    if (news.length === 0) return observed
    for (const [name, { length }] of news) this.lateCounts.set(name, length)
    this.awsObserver.doubt(news.map(([name]) => name))
    return this.observe()
  }

  private take(outcome: Outcome): void {
    const { action } = outcome
    const nowMs = this.input.clock.nowMs()
    const concern = concernOf(action.kind)
    if (concern !== undefined) this.awsObserver.markDirty(concern)
    if ('failure' in outcome) {
      const { context, message, retry } = outcome.failure
      this.backoff.refused(action, nowMs, typeof retry === 'object' ? retry.afterMs : 0)
      const key = `${action.kind} ${action.object}`
      const isKube = context.operation?.startsWith('kube:') === true
      if (isKube) this.narrator.waitFor(key, `${this.kubernetesApi}: ${message}`)
      else this.narrator.wait(key, `${action.kind}: ${message}`)
      return
    }
    const { result } = outcome
    if (result.kind === 'eviction') {
      this.takeEviction(outcome.action, result.result, nowMs)
      return
    }
    if (result.kind === 'skipped') {
      this.backoff.refused(action, nowMs)
      return
    }
    this.backoff.succeeded(action)
    this.narrator.did(action)
  }

  private takeEviction(
    action: Outcome['action'],
    result: Extract<
      Extract<Outcome, { result: unknown }>['result'],
      { kind: 'eviction' }
    >['result'],
    nowMs: number,
  ): void {
    if (action.kind !== 'evict') return
    if (result.kind === 'evicted') {
      this.kubeObserver.drain.noteEviction(action.object, action.uid, nowMs)
      this.backoff.succeeded(action)
      this.narrator.did(action)
      return
    }
    const leastMs = result.kind === 'refused' ? (result.retryAfterMs ?? 0) : 0
    this.backoff.refused(action, nowMs, leastMs)
    if (result.kind === 'gone' || result.kind === 'precondition-failed') return
    const why = 'message' in result ? result.message : result.kind
    this.narrator.wait(`evict ${action.object}`, `${action.object} was not evicted: ${why}`)
  }

  /** Sleeps until something can have changed: a watch event, a poll, a deadline. */
  private async wait(decision: Decision): Promise<void> {
    const nowMs = this.input.clock.nowMs()
    const ends = decision.waits.flatMap((wait) => wait.untilMs ?? [])
    const polls = [
      this.awsObserver.nextDueMs(),
      this.backoff.nextMs(nowMs) ?? Number.POSITIVE_INFINITY,
    ]
    const isOnlyTime = decision.waits.length > 0 && decision.waits.length === ends.length
    const dueMs = isOnlyTime ? Math.min(...ends) : Math.min(...ends, ...polls, nowMs + idleTickMs)
    if (isOnlyTime && dueMs - nowMs > longWaitMs) {
      await this.lease.release()
      await this.pause.quietly(dueMs)
      for (const concern of ['control', 'nodeGroups', 'groups'] as const) {
        this.awsObserver.markDirty(concern)
      }
      return
    }
    const nextMs = nowMs + this.tickMsNow()
    await this.pause.until(nextMs)
    await this.pauseHolding(Math.max(dueMs, nextMs))
  }

  /** As long as we wait for something the lease stays ours: it is renewed on the way. */
  private async pauseHolding(dueMs: number): Promise<void> {
    const { clock, signal } = this.input
    for (;;) {
      const untilMs = Math.min(dueMs, clock.nowMs() + leaseWaitMs)
      if ((await this.pause.orWoken(untilMs)) || untilMs === dueMs || signal?.aborted) return
      if (!(await this.holdLease())) return
    }
  }

  /** Repeats what fails for reasons that pass; says what it waits for. */
  private async retrying<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let delayMs = tickMs; ; delayMs = Math.min(30_000, delayMs * 2)) {
      try {
        return await work()
      } catch (error) {
        const isPassing = isFailure(error) && error.retry !== 'never'
        if (!isPassing || this.input.signal?.aborted) throw error
        this.narrator.waitFor(what, `${what}: ${error.message}`)
        await this.pause.until(this.input.clock.nowMs() + delayMs)
      }
    }
  }
}
