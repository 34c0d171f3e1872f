/** Capacity pools per (instance type, zone, capacity type), and the vCPU quota. Twin layer. */

import { instanceType } from '../../nodes/instance-types.ts'

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

/** Why a launch gets nothing. */
export type CapacityRefusal = 'no-capacity' | 'quota'

/** Where launches ask for room. */
export class Capacity {
  private readonly outages = new Map<number, CapacityOutage>()
  private nextOutageId = 1
  private readonly gaps = new Set<string>()
  private readonly limits = new Map<string, number>()
  private readonly used = new Map<string, number>()
  private readonly vcpuLimits = {
    SPOT: Number.POSITIVE_INFINITY,
    ON_DEMAND: Number.POSITIVE_INFINITY,
  }
  private readonly vcpuUsed = { SPOT: 0, ON_DEMAND: 0 }

  /** The outage's number. */
  addOutage(outage: CapacityOutage): number {
    const id = this.nextOutageId
    this.nextOutageId += 1
    this.outages.set(id, outage)
    return id
  }

  /** Ends one or all; false when there is none with this number. */
  endOutage(id?: number): boolean {
    if (id !== undefined) return this.outages.delete(id)
    this.outages.clear()
    return true
  }

  /** Those that were not ended, in the order in which they were added; their times may be over. */
  outageList(): readonly { readonly id: number; readonly outage: CapacityOutage }[] {
    return [...this.outages].map(([id, outage]) => ({ id, outage }))
  }

  /** At most so many instances of the pool at once. */
  setLimit(pool: Pool, count: number): void {
    this.limits.set(keyOf(pool), count)
  }

  /** The account's service quota: at most so many vCPUs of one capacity type at once. */
  setVcpuLimit(capacityType: Pool['capacityType'], count: number): void {
    this.vcpuLimits[capacityType] = count
  }

  /** vCPUs in use, of instances that count against the quota. */
  vcpuInUse(capacityType: Pool['capacityType']): number {
    return this.vcpuUsed[capacityType]
  }

  /** Takes one instance out of the pool; undefined when it got one, else why not. */
  take(pool: Pool, nowMs: number): CapacityRefusal | undefined {
    const { capacityType } = pool
    const vcpus = instanceType(pool.instanceType)?.vcpuCount ?? 0
    if (this.vcpuUsed[capacityType] + vcpus > this.vcpuLimits[capacityType]) return 'quota'
    if (!this.isOffered(pool.instanceType, pool.zone)) return 'no-capacity'
    for (const outage of this.outages.values()) {
      if (concerns(outage, pool, nowMs)) return 'no-capacity'
    }
    const key = keyOf(pool)
    const used = this.used.get(key) ?? 0
    if (used >= (this.limits.get(key) ?? Number.POSITIVE_INFINITY)) return 'no-capacity'
    this.count(pool, 1)
    return undefined
  }

  /** AWS never has the type in that zone. */
  addGap(instanceType: string, zone: string): void {
    this.gaps.add(`${instanceType}/${zone}`)
  }

  /** False where a gap was added. */
  isOffered(instanceType: string, zone: string): boolean {
    return !this.gaps.has(`${instanceType}/${zone}`)
  }

  /** Counts an instance that a world starts with, whatever the limits say. */
  occupy(pool: Pool): void {
    this.count(pool, 1)
  }

  giveBack(pool: Pool): void {
    this.count(pool, -1)
  }

  private count(pool: Pool, change: 1 | -1): void {
    const key = keyOf(pool)
    this.used.set(key, (this.used.get(key) ?? 0) + change)
    this.vcpuUsed[pool.capacityType] += change * (instanceType(pool.instanceType)?.vcpuCount ?? 0)
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
