/** Randomness of the machine, for jitter and names of processes. World layer. */

import { type Random, seededRandom } from './random.ts'

/** A stream that differs from process to process. */
export function systemRandom(): Random {
  return seededRandom(processName())
}

/** A name no other process has, for the holder of a lease: `regroup-` and 16 hexadecimal digits. */
export function processName(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(8))
  return `regroup-${[...bytes].map((one) => one.toString(16).padStart(2, '0')).join('')}`
}
