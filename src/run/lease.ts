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

/** The lease of this process. */
export class ClusterLease {
  private readonly kube: KubeApi
  private readonly clock: Clock
  private readonly holder: string
  private renewedMs: number | undefined
  private present: Lease | undefined

  constructor(kube: KubeApi, clock: Clock, holder: string) {
    this.kube = kube
    this.clock = clock
    this.holder = holder
  }

  /** Takes or renews it; otherwise who holds it and until when. Read and write are one precondition. */
  async ensure(): Promise<'held' | { readonly heldBy: string; readonly untilMs: number }> {
    const nowMs = this.clock.nowMs()
    if (this.renewedMs !== undefined && nowMs - this.renewedMs < renewAfterMs) return 'held'
    if (this.renewedMs === undefined) this.present = await this.kube.get('Lease', leaseRef)
    const other = this.otherHolder(nowMs)
    if (other !== undefined) return other
    try {
      this.present = await this.write(nowMs)
      this.renewedMs = nowMs
      return 'held'
    } catch (error) {
      if (!isFailure(error, 'conflict') && !isFailure(error, 'already-exists')) throw error
      this.renewedMs = undefined
      this.present = await this.kube.get('Lease', leaseRef)
      const holder = this.present?.spec?.holderIdentity ?? 'another process'
      return { heldBy: holder, untilMs: nowMs + durationMs }
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

  private otherHolder(nowMs: number): { heldBy: string; untilMs: number } | undefined {
    const { holderIdentity = '', renewTime = '' } = this.present?.spec ?? {}
    if (holderIdentity === '' || holderIdentity === this.holder) return undefined
    const seconds = this.present?.spec?.leaseDurationSeconds ?? 60
    const untilMs = Date.parse(renewTime) + seconds * 1000
    return untilMs > nowMs ? { heldBy: holderIdentity, untilMs } : undefined
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
