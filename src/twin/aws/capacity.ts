/** Capacity pools per (instance type, zone, capacity type), and the account's vCPU quota. Twin layer. */

/** A time in which a pool has nothing to give; undefined members match everything. */
export interface CapacityOutage {
  readonly instanceType?: string
  readonly zone?: string
  readonly capacityType?: 'SPOT' | 'ON_DEMAND'
  readonly fromMs?: number
  readonly untilMs?: number
}

/** A pool's name. */
export interface Pool {
  readonly instanceType: string
  readonly zone: string
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
}

/** Where launches ask for room. */
export class Capacity {
  private readonly outages: CapacityOutage[] = []
  private readonly limits = new Map<string, number>()
  private readonly used = new Map<string, number>()

  addOutage(outage: CapacityOutage): void {
    this.outages.push(outage)
  }

  /** At most so many instances of the pool at once. */
  setLimit(pool: Pool, count: number): void {
    this.limits.set(keyOf(pool), count)
  }

  /** Takes one instance out of the pool; false when there is none. */
  take(pool: Pool, nowMs: number): boolean {
    if (this.outages.some((outage) => concerns(outage, pool, nowMs))) return false
    const key = keyOf(pool)
    const used = this.used.get(key) ?? 0
    if (used >= (this.limits.get(key) ?? Number.POSITIVE_INFINITY)) return false
    this.used.set(key, used + 1)
    return true
  }

  giveBack(pool: Pool): void {
    const key = keyOf(pool)
    this.used.set(key, Math.max(0, (this.used.get(key) ?? 0) - 1))
  }
}

function keyOf(pool: Pool): string {
  return `${pool.instanceType}/${pool.zone}/${pool.capacityType}`
}

function concerns(outage: CapacityOutage, pool: Pool, nowMs: number): boolean {
  return (
    (outage.instanceType ?? pool.instanceType) === pool.instanceType &&
    (outage.zone ?? pool.zone) === pool.zone &&
    (outage.capacityType ?? pool.capacityType) === pool.capacityType &&
    nowMs >= (outage.fromMs ?? Number.NEGATIVE_INFINITY) &&
    nowMs < (outage.untilMs ?? Number.POSITIVE_INFINITY)
  )
}
