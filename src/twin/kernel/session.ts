/** One client of the twin: its calls are counted, delayed, faulted and can be cut off. Twin layer. */

import type { Clock } from '../../world/clock.ts'
import { RegroupError } from '../../world/failure.ts'
import type { FaultEffect, Faults } from './faults.ts'
import type { Kernel } from './kernel.ts'

/** Where a session's client is killed: just before or just after the effect of its N-th call. */
export interface KillPoint {
  /** Number of the call, counted from 1. */
  readonly call: number
  readonly when: 'before' | 'after'
}

/** One call as the gate sees it. */
export interface Call {
  /** e.g. `eks:CreateNodegroup`, `kube:evict`. */
  readonly operation: string
  /** Object concerned, for the journal and for faults; empty when there is none. */
  readonly object: string
  /** Request and answer latency together, virtual milliseconds. */
  readonly latencyMs: number
  /** Identity of a read, for stale answers; undefined for writes. */
  readonly readKey?: string
}

/** Calls by service, as reports show them. */
export interface CallCounts {
  readonly aws: number
  readonly kubernetes: number
}

/**
 * A client's connection. After {@link kill} none of its calls, sleeps or watches ever settles: the
 * process that owned it is gone. Requests already under way still take effect.
 */
export class Session {
  readonly name: string
  readonly clock: Clock
  /** Scales the latency of calls; 0 for clients on the wire, who bring a latency of their own. */
  latencyFactor = 1
  private readonly kernel: Kernel
  private readonly faults: Faults
  private readonly staleAnswers = new Map<string, unknown>()
  private readonly onKill: (() => void)[] = []
  private readonly killPoint: KillPoint | undefined
  private isAliveNow = true
  private awsCount = 0
  private kubernetesCount = 0

  constructor(name: string, kernel: Kernel, faults: Faults, killPoint?: KillPoint) {
    this.name = name
    this.kernel = kernel
    this.faults = faults
    this.killPoint = killPoint
    this.clock = { nowMs: () => kernel.nowMs(), sleep: (ms, signal) => this.sleep(ms, signal) }
  }

  get isAlive(): boolean {
    return this.isAliveNow
  }

  get calls(): CallCounts {
    return { aws: this.awsCount, kubernetes: this.kubernetesCount }
  }

  /** Cuts the client off, as a killed process; idempotent. */
  kill(): void {
    if (!this.isAliveNow) return
    this.isAliveNow = false
    for (const listener of this.onKill) listener()
    this.kernel.outsideResolved()
  }

  whenKilled(listener: () => void): void {
    this.onKill.push(listener)
  }

  /** Lets a watch event through to the client, unless it is dead. */
  deliver(run: () => void): void {
    if (!this.isAliveNow) return
    this.kernel.outsideResolved()
    run()
  }

  /** Sends one request: latency, faults, then `effect` on the world, then the answer. */
  call<T>(call: Call, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.isAliveNow) return
      const number = this.count(call.operation)
      if (this.isKilledAt(number, 'before')) return this.kill()
      const { object, operation } = call
      const nowMs = this.kernel.nowMs()
      const effects = this.faults.effectsOn({ client: this.name, operation, object, nowMs })
      const halfLatencyMs = (call.latencyMs * this.latencyFactor) / 2
      const settle = (run: () => void): void => {
        const delayMs = halfLatencyMs + delayOf(effects)
        this.kernel.after(delayMs, 'answer', () => this.deliver(run))
      }
      this.kernel.after(halfLatencyMs, call.operation, () => {
        const answer = this.perform(call, effects, effect)
        if (this.isKilledAt(number, 'after')) return this.kill()
        settle(() => ('error' in answer ? reject(answer.error) : resolve(answer.value)))
      })
    })
  }

  private perform<T>(
    call: Call,
    effects: readonly FaultEffect[],
    effect: () => T,
  ): { value: T } | { error: unknown } {
    const before = effects.find((e) => e.kind === 'error-before' || e.kind === 'throttle')
    if (before !== undefined) return this.fail(call, before)
    const stale = effects.some((e) => e.kind === 'stale-read') && call.readKey !== undefined
    const key = call.readKey ?? ''
    if (stale && this.staleAnswers.has(key)) {
      this.journal('fault', call, 'stale-read')
      return { value: this.staleAnswers.get(key) as T }
    }
    try {
      const value = effect()
      if (stale) this.staleAnswers.set(key, value)
      this.journal('call', call, 'ok')
      const after = effects.find((e) => e.kind === 'error-after')
      return after === undefined ? { value } : this.fail(call, after)
    } catch (error) {
      this.journal('call', call, error instanceof RegroupError ? error.code : 'bug')
      return { error }
    }
  }

  private fail(call: Call, effect: FaultEffect): { error: RegroupError } {
    const code = effect.kind === 'throttle' || !('code' in effect) ? 'throttled' : effect.code
    this.journal('fault', call, `${effect.kind} ${code}`)
    const message = `${call.operation} ${call.object}: injected fault ${effect.kind}`
    return { error: new RegroupError(code, message, { context: { operation: call.operation } }) }
  }

  private journal(kind: 'call' | 'fault', call: Call, detail: string): void {
    const { operation: what, object } = call
    this.kernel.journal.add({ kind, actor: this.name, what, object, detail })
  }

  private count(operation: string): number {
    if (operation.startsWith('kube:')) this.kubernetesCount += 1
    else this.awsCount += 1
    return this.awsCount + this.kubernetesCount
  }

  private isKilledAt(number: number, when: KillPoint['when']): boolean {
    return this.killPoint?.call === number && this.killPoint.when === when
  }

  private sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isAliveNow) return
      if (signal?.aborted) return resolve()
      const timer = this.kernel.after(durationMs, 'sleep', () => this.deliver(resolve))
      signal?.addEventListener('abort', () => {
        timer.cancel()
        this.deliver(resolve)
      })
    })
  }
}

function delayOf(effects: readonly FaultEffect[]): number {
  return effects.reduce((sum, effect) => sum + (effect.kind === 'delay' ? effect.delayMs : 0), 0)
}
