/** Faults as configuration: which call fails, how and when. Twin layer. */

import type { FailureCode } from '../../world/failure.ts'
import { type Random, seededRandom } from '../../world/random.ts'

/** What happens to a call that a fault hits. */
export type FaultEffect =
  /** The call fails and nothing happened. */
  | { readonly kind: 'error-before'; readonly code: FailureCode }
  /** The call takes effect and its answer is lost. */
  | { readonly kind: 'error-after'; readonly code: FailureCode }
  /** Like error-before with code `throttled`. */
  | { readonly kind: 'throttle' }
  /** The answer comes later by so many milliseconds. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** A read answers what the same read answered before (the first time: the truth). */
  | { readonly kind: 'stale-read' }

/** One configured fault. Absent conditions always hold; all present ones must hold. */
export interface Fault {
  /** Operation such as `eks:CreateNodegroup` or `kube:evict`; a trailing `*` matches any ending. */
  readonly operation: string
  readonly effect: FaultEffect
  /** Only calls of the client with this name. */
  readonly client?: string
  /** Only calls whose object contains this text. */
  readonly object?: string
  /** Fires on these occurrences only, counted from 1 per fault. */
  readonly occurrences?: readonly number[]
  /** Fires with this probability, drawn from the fault's own stream. */
  readonly probability?: number
  /** Virtual epoch milliseconds, inclusive. */
  readonly fromMs?: number
  /** Virtual epoch milliseconds, exclusive. */
  readonly untilMs?: number
}

interface ArmedFault {
  readonly fault: Fault
  readonly random: Random
  seenCount: number
}

/** The faults of one world; calls ask it before they take effect. */
export class Faults {
  private readonly armed: ArmedFault[] = []
  private readonly seed: string

  constructor(seed: string) {
    this.seed = seed
  }

  add(fault: Fault): void {
    const random = seededRandom(`${this.seed}/fault/${this.armed.length}`)
    this.armed.push({ fault, random, seenCount: 0 })
  }

  /** True when any fault is configured. */
  get isArmed(): boolean {
    return this.armed.length > 0
  }

  /** The faults as they were added. */
  list(): readonly Fault[] {
    return this.armed.map((entry) => entry.fault)
  }

  clear(): void {
    this.armed.length = 0
  }

  /** The effects on this call, in the order in which the faults were added. */
  effectsOn(call: FaultedCall): readonly FaultEffect[] {
    const effects: FaultEffect[] = []
    for (const entry of this.armed) {
      if (!isConcerned(entry.fault, call)) continue
      entry.seenCount += 1
      const { occurrences, probability } = entry.fault
      if (occurrences !== undefined && !occurrences.includes(entry.seenCount)) continue
      if (probability !== undefined && entry.random.next() >= probability) continue
      effects.push(entry.fault.effect)
    }
    return effects
  }
}

/** A call as faults see it. */
export interface FaultedCall {
  readonly client: string
  readonly operation: string
  readonly object: string
  readonly nowMs: number
}

function isConcerned(fault: Fault, { client, nowMs, object, operation }: FaultedCall): boolean {
  const wanted = fault.operation
  const isNamed = wanted.endsWith('*')
    ? operation.startsWith(wanted.slice(0, -1))
    : operation === wanted
  if (fault.client !== undefined && fault.client !== client) return false
  if (!isNamed || (fault.object !== undefined && !object.includes(fault.object))) return false
  if (fault.fromMs !== undefined && nowMs < fault.fromMs) return false
  return fault.untilMs === undefined || nowMs < fault.untilMs
}
