/** Keeps a projection of one kind up to date by list and watch. Observe layer. */

import type { Clock } from '../world/clock.ts'
import { isFailure, type RegroupError } from '../world/failure.ts'
import type { KubeApi, ListOptions, Watch, WatchEnd, WatchEvent } from '../world/kube-api.ts'
import type { KubeKind, KubeObjectOf } from '../world/kube-objects.ts'
import { type Random, seededRandom } from '../world/random.ts'

/** What becomes of objects; called in the order of the events. */
export interface Projection<K extends KubeKind> {
  /** The kind is listed anew: everything known before is gone. */
  reset(): void
  put(object: KubeObjectOf<K>): void
  remove(object: KubeObjectOf<K>): void
  /** Leaves out of an object what `put` and `remove` do not read; absent = nothing. */
  shrink?(object: KubeObjectOf<K>): KubeObjectOf<K>
}

/** Options of a reflector. */
export interface ReflectorOptions<K extends KubeKind> {
  readonly kube: KubeApi
  readonly clock: Clock
  readonly kind: K
  readonly projection: Projection<K>
  readonly selection?: ListOptions
  /** Called after every change. */
  readonly onChange: () => void
}

/** Wait after a failed list or a broken watch, doubled up to the maximum; half of it is drawn by lot. */
const retryFirstMs = 500
const retryMaxMs = 30_000
/** A watch that ends sooner counts as broken: asking again at once would be a hot loop. */
const watchLastsMsMin = 1000
/** A right that is missing for longer was taken away. */
const lapseMsMax = 60_000
/** After so many broken watches in a row the kind is listed anew: the version itself may be what is wrong. */
const brokenWatchesMax = 2

/** One kind of one cluster. */
export class Reflector<K extends KubeKind> {
  private readonly options: ReflectorOptions<K>
  private readonly selection: ListOptions<K>
  private readonly stopped = new AbortController()
  private random: Random | undefined
  private resourceVersion: string | undefined
  private watch: Watch | undefined
  private isFollowing = false
  private lastFailure: unknown
  /** When a watch was last open; undefined = never. */
  private allowedMs: number | undefined

  constructor(options: ReflectorOptions<K>) {
    this.options = options
    const { projection, selection } = options
    const shrink = projection.shrink?.bind(projection)
    this.selection = {
      ...(selection as ListOptions<K>),
      ...(shrink === undefined ? {} : { transform: shrink }),
    }
  }

  /** Text of the failure that keeps the view from being current; undefined when it is current. */
  get failure(): string | undefined {
    const { lastFailure } = this
    if (lastFailure === undefined) return undefined
    return lastFailure instanceof Error ? lastFailure.message : String(lastFailure)
  }

  /**
   * The refusal after which the view stays what it is: a right is missing. One that was there before is missed
   * for a minute first: an API server that has just started does not know its roles yet.
   */
  get refusal(): RegroupError | undefined {
    if (!isFailure(this.lastFailure, 'forbidden')) return undefined
    const untilMs = this.allowedMs === undefined ? 0 : this.allowedMs + lapseMsMax
    return this.options.clock.nowMs() < untilMs ? undefined : this.lastFailure
  }

  /**
   * Lists once, then follows in the background; idempotent. Rejects when the first list fails: nothing is
   * followed then, and it may be called again.
   */
  async start(): Promise<void> {
    if (this.isFollowing) return
    await this.list()
    this.isFollowing = true
    void this.follow()
  }

  stop(): void {
    this.stopped.abort()
    this.watch?.stop()
  }

  private async list(): Promise<void> {
    const { kind, kube, onChange, projection } = this.options
    const answer = await kube.list(kind, this.selection)
    if (this.stopped.signal.aborted) return
    projection.reset()
    for (const object of answer.items) projection.put(object)
    this.resourceVersion = answer.resourceVersion
    this.lastFailure = undefined
    onChange()
  }

  private async follow(): Promise<void> {
    let brokenCount = 0
    while (!this.stopped.signal.aborted) {
      const startMs = this.options.clock.nowMs()
      const end = await this.followOnce()
      if (end === 'stopped') return
      const isBroken = end === undefined || this.options.clock.nowMs() - startMs < watchLastsMsMin
      if (!isBroken) {
        brokenCount = 0
        continue
      }
      brokenCount += 1
      // One expired watch is a normal end; the list that follows it need not wait.
      if (end === 'expired' && brokenCount === 1) continue
      if (brokenCount > brokenWatchesMax) this.resourceVersion = undefined
      await this.pause(brokenCount)
    }
  }

  /** Lists if need be, then watches to the end; undefined when either failed. */
  private async followOnce(): Promise<WatchEnd | undefined> {
    try {
      if (this.resourceVersion === undefined) await this.list()
      const end = await this.watchOnce()
      if (end === 'expired') this.resourceVersion = undefined
      return end
    } catch (error) {
      if (this.stopped.signal.aborted) return 'stopped'
      if (isFailure(error, 'expired')) this.resourceVersion = undefined
      else this.lastFailure = error
      return undefined
    }
  }

  private async watchOnce(): Promise<WatchEnd> {
    const { kind, kube } = this.options
    const resourceVersion = this.resourceVersion ?? '0'
    const options = { ...this.selection, resourceVersion }
    const watch = kube.watch(kind, options, (event) => this.take(event))
    this.watch = watch
    let isOpen = false
    void watch.opened?.then(() => {
      isOpen = true
      this.lastFailure = undefined
    })
    try {
      return await watch.ended
    } finally {
      if (isOpen) this.allowedMs = this.options.clock.nowMs()
      // Bookmarks move the version of a quiet kind on, so that it does not age until it is compacted.
      if (this.resourceVersion !== undefined) {
        this.resourceVersion = watch.resourceVersion ?? this.resourceVersion
      }
    }
  }

  private async pause(brokenCount: number): Promise<void> {
    const { clock, kind } = this.options
    this.random ??= seededRandom(`${kind}/${this.resourceVersion}`)
    const plannedMs = Math.min(retryMaxMs, retryFirstMs * 2 ** (brokenCount - 1))
    await clock.sleep(plannedMs * (0.5 + this.random.next() / 2), this.stopped.signal)
  }

  private take(event: WatchEvent<K>): void {
    if (this.stopped.signal.aborted) return
    const { onChange, projection } = this.options
    this.resourceVersion = event.object.metadata.resourceVersion ?? this.resourceVersion
    this.lastFailure = undefined
    if (event.type === 'DELETED') projection.remove(event.object)
    else projection.put(event.object)
    onChange()
  }
}
