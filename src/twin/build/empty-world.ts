/** A world with nothing in it: an account with its parameters, instance types and quotas. Twin layer, pure. */

import type { WorldSpec } from './world-spec.ts'

/** No subnets, no clusters, no groups. */
export function emptyWorld(region: string): WorldSpec {
  return {
    name: 'empty',
    startAt: '2026-11-24T08:00:00Z',
    region,
    accountId: '111122223333',
    zones: [],
    clusters: [],
    outages: [],
    faults: [],
    freeAddresses: {},
  }
}
