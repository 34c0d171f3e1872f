/** What clients did to a world, so that it can be saved and built again. Twin layer, pure. */

import { RegroupError } from '../../world/failure.ts'

/** One input, at the virtual time at which it reached the world. */
export interface WorldInput {
  readonly atMs: number
  /** Who: the session's name. */
  readonly session: string
  /** True when the call took its virtual latency. */
  readonly hasLatency: boolean
  /** Which wire: `aws`, or `kube/` and the name of a cluster. */
  readonly target: string
  /** What was asked, as plain JSON; only the wire that logged it reads it. */
  readonly payload: unknown
}

/** A log larger than this cannot be replayed in reasonable time, or takes too much memory. */
const inputsMax = 200_000
const bytesMax = 64 * 1024 * 1024

/** Append-only. */
export class InputLog {
  private readonly kept: WorldInput[] = []
  private droppedCount = 0
  private keptBytes = 0

  add(input: WorldInput): void {
    this.keptBytes += bodyBytesOf(input.payload)
    const isRoom = this.kept.length < inputsMax && this.keptBytes <= bytesMax
    if (isRoom) this.kept.push(input)
    else this.droppedCount += 1
  }

  get size(): number {
    return this.kept.length + this.droppedCount
  }

  /** All inputs, oldest first. @throws RegroupError limit-exceeded when some were dropped. */
  inputs(): readonly WorldInput[] {
    if (this.droppedCount === 0) return this.kept
    const most = `${inputsMax} of them, or ${bytesMax / 1024 / 1024} MiB of bodies`
    const text = `this world had ${this.size} inputs; no more than ${most} are kept, so it cannot be saved`
    throw new RegroupError('limit-exceeded', text)
  }
}

/** Only bodies of requests to clusters are large. */
function bodyBytesOf(payload: unknown): number {
  const { body } = (payload ?? {}) as { readonly body?: unknown }
  return typeof body === 'string' ? body.length : 0
}

/** Values of SDK inputs as JSON: times and bytes keep their type. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Date) return { $time: value.getTime() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toPlain(one)]))
}

/** The inverse of {@link toPlain}. */
export function fromPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromPlain)
  if (typeof value !== 'object' || value === null) return value
  const { $bytes, $time } = value as { $bytes?: unknown; $time?: unknown }
  if (typeof $time === 'number') return new Date($time)
  if (typeof $bytes === 'string') return Buffer.from($bytes, 'base64')
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fromPlain(one)]))
}
