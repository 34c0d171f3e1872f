/** Arithmetic of room on nodes. Drain layer, pure. */

import type { Room } from './view.ts'

/** Room being used up during one placement; mutable on purpose, never leaves its plan. */
export interface FreeRoom {
  cpuMilli: number
  memoryBytes: number
  podCount: number
  readonly extended: Record<string, number>
}

/** A mutable copy. */
export function freeRoomOf(room: Room): FreeRoom {
  return { ...room, extended: { ...room.extended } }
}

/** Takes the requests of one pod out; may go below zero on an overcommitted node. */
export function take(free: FreeRoom, requests: Room): void {
  takeRoom(free, { ...requests, podCount: 1 })
}

/** Takes room out as it is, pod count included. */
export function takeRoom(free: FreeRoom, requests: Room): void {
  free.cpuMilli -= requests.cpuMilli
  free.memoryBytes -= requests.memoryBytes
  free.podCount -= requests.podCount
  for (const name in requests.extended) {
    free.extended[name] = (free.extended[name] ?? 0) - (requests.extended[name] ?? 0)
  }
}

/** Gives back what {@link take} took for one pod. */
export function giveBack(free: FreeRoom, requests: Room): void {
  free.cpuMilli += requests.cpuMilli
  free.memoryBytes += requests.memoryBytes
  free.podCount += 1
  for (const name in requests.extended) {
    free.extended[name] = (free.extended[name] ?? 0) + (requests.extended[name] ?? 0)
  }
}

/** Name of the first resource that does not fit, undefined when the pod fits. */
export function lackingResource(free: Room, requests: Room): string | undefined {
  if (free.podCount < 1) return 'pods'
  // As the scheduler: a request of zero fits also where the resource is overcommitted.
  if (requests.cpuMilli > 0 && requests.cpuMilli > free.cpuMilli) return 'cpu'
  if (requests.memoryBytes > 0 && requests.memoryBytes > free.memoryBytes) return 'memory'
  for (const name in requests.extended) {
    const amount = requests.extended[name] ?? 0
    if (amount > 0 && amount > (free.extended[name] ?? 0)) return name
  }
  return undefined
}
