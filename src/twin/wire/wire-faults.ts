/** The wire faults of one server: which of them hit a request. Twin layer. */

import { type Random, seededRandom } from '../../world/random.ts'
import type { WireFault } from './wire-fault.ts'

interface Armed {
  readonly id: number
  readonly fault: WireFault
  readonly random: Random
  firedCount: number
}

/** A fault and how often it fired. */
export interface ListedFault {
  readonly id: number
  readonly fault: WireFault
  readonly firedCount: number
}

/** Faults in the order in which they were added. */
export class WireFaults {
  private armed: Armed[] = []
  private nextId = 1
  private readonly seed: string

  constructor(seed: string, faults: readonly WireFault[] = []) {
    this.seed = seed
    for (const fault of faults) this.add(fault)
  }

  /** The fault's number. */
  add(fault: WireFault): number {
    const id = this.nextId
    this.nextId += 1
    this.armed.push({
      id,
      fault,
      random: seededRandom(`${this.seed}/wire-fault/${id}`),
      firedCount: 0,
    })
    return id
  }

  /** Takes one or all back; false when there is none with this number. */
  clear(id?: number): boolean {
    const before = this.armed.length
    this.armed = id === undefined ? [] : this.armed.filter((one) => one.id !== id)
    return id === undefined || this.armed.length < before
  }

  list(): readonly ListedFault[] {
    return this.armed.map(({ fault, firedCount, id }) => ({ id, fault, firedCount }))
  }

  /** The faults that hit this request; each counts as fired. */
  hit(operation: string): readonly WireFault[] {
    if (this.armed.length === 0) return []
    return this.armed.filter((one) => fires(one, operation)).map((one) => one.fault)
  }
}

function fires(armed: Armed, operation: string): boolean {
  const { fault, firedCount, random } = armed
  const wanted = fault.operation
  const isNamed = wanted.endsWith('*')
    ? operation.startsWith(wanted.slice(0, -1))
    : operation === wanted
  if (!isNamed) return false
  if (fault.count !== undefined && firedCount >= fault.count) return false
  if (fault.probability !== undefined && random.next() >= fault.probability) return false
  armed.firedCount += 1
  return true
}
