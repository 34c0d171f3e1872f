/** The same world beginning at another time. Twin layer, pure. */

import type { WorldSpec } from './world-spec.ts'

interface Window {
  readonly fromMs?: number
  readonly untilMs?: number
}

/** What a world says of times since its start keeps its distance to it. `startAt` is RFC 3339. */
export function startingAt(world: WorldSpec, startAt: string): WorldSpec {
  const differenceMs = Date.parse(startAt) - Date.parse(world.startAt)
  const moved = <T extends Window>(one: T): T => ({
    ...one,
    ...(one.fromMs === undefined ? {} : { fromMs: one.fromMs + differenceMs }),
    ...(one.untilMs === undefined ? {} : { untilMs: one.untilMs + differenceMs }),
  })
  return { ...world, startAt, outages: world.outages.map(moved), faults: world.faults.map(moved) }
}
