/** One writer per cluster: a Lease in the cluster itself. Run layer. */

import type { Clock } from '../world/clock.ts'
import { isFailure, RegroupError } from '../world/failure.ts'
import type { KubeApi } from '../world/kube-api.ts'
import type { Lease } from '../world/kube-objects.ts'

/** Namespace and name of the lease in every cluster. */
export const leaseRef = { namespace: 'kube-system', name: 'regroup' } as const

/** Others take over after this long without renewal. */
const durationMs = 60_000
/** Renewed when older than this. */
const renewAfterMs = 15_000
/** Writes stop this long before others could take over. */
const marginMs = 10_000

/** Conflicts in a row before the failure is told: each means that someone else wrote. */
const writesMax = 3

/** Someone else has it; `untilMs` on our own clock, unless it is renewed. */
export interface HeldByOther {
  readonly heldBy: string
  readonly untilMs: number
}

/** The lease of this process. */
export class ClusterLease {
  private readonly kube: KubeApi
  private readonly clock: Clock
  private readonly holder: string
  private renewedMs: number | undefined
  private present: Lease | undefined
  /** When the present state was first seen, on our own clock. */
  private seenMs = 0

  constructor(kube: KubeApi, clock: Clock, holder: string) {
    this.kube = kube
    this.clock = clock
    this.holder = holder
  }

  /**
   * Takes or renews it; otherwise who holds it and until when. Read and write are one precondition.
   * @throws RegroupError `lease-lost` when someone took it while we had it: two must not act in turns.
   */
  async ensure(): Promise<'held' | HeldByOther> {
    const nowMs = this.clock.nowMs()
    const hadIt = this.renewedMs !== undefined
    if (this.renewedMs !== undefined && nowMs - this.renewedMs < renewAfterMs) return 'held'
    if (!hadIt) await this.look()
    for (let tries = 1; ; tries += 1) {
      const other = this.otherHolder()
      if (other !== undefined && hadIt) throw taken(other)
      if (other !== undefined) return other
      try {
        this.present = await this.write(nowMs)
        this.renewedMs = nowMs
        return 'held'
      } catch (error) {
        if (!isFailure(error, 'conflict') && !isFailure(error, 'already-exists')) throw error
        this.renewedMs = undefined
        await this.look()
        // Whoever only annotated it has not taken it: once more, on what is there now.
        if (tries >= writesMax) throw error
      }
    }
  }

  /** @throws RegroupError `lease-lost` when a write may no longer be made. */
  readonly assertHeld = (): void => {
    const nowMs = this.clock.nowMs()
    if (this.renewedMs !== undefined && nowMs < this.renewedMs + durationMs - marginMs) return
    throw new RegroupError('lease-lost', 'the lease of the cluster is no longer held', {
      retry: 'backoff',
    })
  }

  /** Gives it back, so that nobody has to wait; failures do not matter. */
  async release(): Promise<void> {
    if (this.renewedMs === undefined || this.present === undefined) return
    this.renewedMs = undefined
    const { metadata, spec } = this.present
    const free: Lease = { ...this.present, metadata, spec: { ...spec, holderIdentity: '' } }
    try {
      await this.kube.update('Lease', free)
    } catch {
      // Someone else has it already, or the server is away: the lease runs out by itself.
    }
  }

  private async look(): Promise<void> {
    const found = await this.kube.get('Lease', leaseRef)
    const isSame = found?.metadata.resourceVersion === this.present?.metadata.resourceVersion
    if (!isSame || this.present === undefined) this.seenMs = this.clock.nowMs()
    this.present = found
  }

  /**
   * Its times were written by another clock, which may be off. So what counts is for how long we have seen the
   * lease unchanged on our own, as client-go does it.
   */
  private otherHolder(): HeldByOther | undefined {
    const { holderIdentity = '', leaseDurationSeconds = durationMs / 1000 } =
      this.present?.spec ?? {}
    if (holderIdentity === '' || holderIdentity === this.holder) return undefined
    const untilMs = this.seenMs + leaseDurationSeconds * 1000
    return untilMs > this.clock.nowMs() ? { heldBy: holderIdentity, untilMs } : undefined
  }

  private write(nowMs: number): Promise<Lease> {
    const renewTime = new Date(nowMs).toISOString().replace('Z', '000Z')
    const { holderIdentity, leaseTransitions = 0, acquireTime } = this.present?.spec ?? {}
    const isSame = holderIdentity === this.holder
    const spec = {
      holderIdentity: this.holder,
      leaseDurationSeconds: durationMs / 1000,
      renewTime,
      acquireTime: isSame ? (acquireTime ?? renewTime) : renewTime,
      leaseTransitions: leaseTransitions + (isSame || this.present === undefined ? 0 : 1),
    }
    if (this.present !== undefined) return this.kube.update('Lease', { ...this.present, spec })
    return this.kube.create('Lease', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: leaseRef,
      spec,
    })
  }
}

function taken({ heldBy }: HeldByOther): RegroupError {
  const text = `${heldBy} has taken the lease of the cluster; nothing more is written`
  return new RegroupError('lease-lost', text, { retry: 'never' })
}
