/** The randomness port: seeded streams. World layer, pure. */

/** A stream of numbers; equal seeds give equal streams on every platform. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
}

/** 32-bit FNV-1a of the text: stable across platforms and releases. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}

/**
 * A stream for one seed (mulberry32). Give every entity a stream of its own, named after it, so that
 * an added draw never shifts the draws of others.
 */
export function seededRandom(seed: string): Random {
  let state = hash32(seed)
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
    },
  }
}
