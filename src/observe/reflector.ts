/** Keeps a projection of one kind up to date by list and watch. Observe layer. */

import type { Clock } from '../world/clock.ts'
import { isFailure } from '../world/failure.ts'
import type { KubeApi, ListOptions, Watch, WatchEvent } from '../world/kube-api.ts'
import type { KubeKind, KubeObjectOf } from '../world/kube-objects.ts'

/** What becomes of objects; called in the order of the events. */
export interface Projection<K extends KubeKind> {
  /** The kind is listed anew: everything known before is gone. */
  reset(): void
  put(object: KubeObjectOf<K>): void
  remove(object: KubeObjectOf<K>): void
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

/** Wait after a failed list or a broken watch, doubled up to the maximum. */
const retryFirstMs = 500
const retryMaxMs = 30_000

/** One kind of one cluster. */
export class Reflector<K extends KubeKind> {
  private readonly options: ReflectorOptions<K>
  private resourceVersion: string | undefined
  private watch: Watch | undefined
  private isStopped = false
  private lastFailure: string | undefined

  constructor(options: ReflectorOptions<K>) {
    this.options = options
  }

  /** Text of the failure that keeps the view from being current; undefined when it is current. */
  get failure(): string | undefined {
    return this.lastFailure
  }

  /** Lists once, then follows in the background. Rejects when the first list fails for good. */
  async start(): Promise<void> {
    await this.list()
    void this.follow()
  }

  stop(): void {
    this.isStopped = true
    this.watch?.stop()
  }

  private async list(): Promise<void> {
    const { kind, kube, onChange, projection, selection } = this.options
    const answer = await kube.list(kind, selection)
    projection.reset()
    for (const object of answer.items) projection.put(object)
    this.resourceVersion = answer.resourceVersion
    this.lastFailure = undefined
    onChange()
  }

  private async follow(): Promise<void> {
    let delayMs = retryFirstMs
    while (!this.isStopped) {
      try {
        if (this.resourceVersion === undefined) await this.list()
        const end = await this.watchOnce()
        if (end === 'expired') this.resourceVersion = undefined
        delayMs = retryFirstMs
      } catch (error) {
        if (isFailure(error, 'expired')) this.resourceVersion = undefined
        else this.lastFailure = error instanceof Error ? error.message : String(error)
        await this.options.clock.sleep(delayMs)
        delayMs = Math.min(retryMaxMs, delayMs * 2)
      }
    }
  }

  private watchOnce(): Promise<'expired' | 'closed' | 'stopped'> {
    const { kind, kube, selection } = this.options
    const resourceVersion = this.resourceVersion ?? '0'
    this.watch = kube.watch(kind, { ...selection, resourceVersion }, (event) => this.take(event))
    return this.watch.ended
  }

  private take(event: WatchEvent<K>): void {
    if (this.isStopped) return
    const { onChange, projection } = this.options
    this.resourceVersion = event.object.metadata.resourceVersion ?? this.resourceVersion
    this.lastFailure = undefined
    if (event.type === 'DELETED') projection.remove(event.object)
    else projection.put(event.object)
    onChange()
  }
}
