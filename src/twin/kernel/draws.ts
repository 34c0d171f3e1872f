/** Shapes of random durations. Twin layer, pure. */

import type { Random } from '../../world/random.ts'

/** Log-normal by median and sigma of the logarithm. */
export function logNormal(random: Random, median: number, sigma: number): number {
  const u = Math.max(1e-12, random.next())
  const v = random.next()
  const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
  return median * Math.exp(sigma * normal)
}

/** Uniform between two bounds. */
export function between(random: Random, least: number, most: number): number {
  return least + (most - least) * random.next()
}
