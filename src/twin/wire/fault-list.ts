/** Configured faults of one kind of wire: which of them hit a request, and how often they did. Twin layer. */

import { type Random, seededRandom } from '../../world/random.ts'

/** When a fault fires; absent conditions always hold. */
export interface Firing {
  /** Fires so many times and is spent. */
  readonly count?: number | undefined
  /** Fires with this probability, drawn from the fault's own stream. */
  readonly probability?: number | undefined
  /** Lets so many requests that it concerns pass first. @default 0 */
  readonly skip?: number | undefined
}

interface Armed<F> {
  readonly id: number
  readonly fault: F
  readonly random: Random
  seenCount: number
  firedCount: number
}

/** A fault and how often it fired. */
export interface ListedFault<F> {
  readonly id: number
  readonly fault: F
  readonly firedCount: number
}

/** Faults in the order in which they were added. */
export class FaultList<F extends Firing, Request> {
  private armed: Armed<F>[] = []
  private nextId = 1
  private readonly seed: string
  private readonly isConcerned: (fault: F, request: Request) => boolean

  /** `seed` is that of the faults alone: each draws from a stream of its own below it. */
  constructor(
    seed: string,
    isConcerned: (fault: F, request: Request) => boolean,
    faults: readonly F[] = [],
  ) {
    this.seed = seed
    this.isConcerned = isConcerned
    for (const fault of faults) this.add(fault)
  }

  /** The fault's number. */
  add(fault: F): number {
    const id = this.nextId
    this.nextId += 1
    const random = seededRandom(`${this.seed}/${id}`)
    this.armed.push({ id, fault, random, seenCount: 0, firedCount: 0 })
    return id
  }

  /** Takes one or all back; false when there is none with this number. */
  clear(id?: number): boolean {
    const before = this.armed.length
    this.armed = id === undefined ? [] : this.armed.filter((one) => one.id !== id)
    return id === undefined || this.armed.length < before
  }

  list(): readonly ListedFault<F>[] {
    return this.armed.map(({ fault, firedCount, id }) => ({ id, fault, firedCount }))
  }

  /** The faults that hit this request; each counts as fired. */
  hit(request: Request): readonly F[] {
    if (this.armed.length === 0) return []
    return this.armed
      .filter((one) => this.isConcerned(one.fault, request) && fires(one))
      .map((one) => one.fault)
  }
}

function fires<F extends Firing>(armed: Armed<F>): boolean {
  const { count, probability, skip = 0 } = armed.fault
  armed.seenCount += 1
  if (armed.seenCount <= skip) return false
  if (count !== undefined && armed.firedCount >= count) return false
  if (probability !== undefined && armed.random.next() >= probability) return false
  armed.firedCount += 1
  return true
}
