/** Outages that come and go while a world is served. Twin layer. */

import { instanceType } from '../../nodes/instance-types.ts'
import { RegroupError } from '../../world/failure.ts'
import { fullZone, type OutageInput, outageOf } from '../build/outage.ts'
import type { TwinHost } from './host.ts'

/** What a saved world repeats. */
type OutageChange = { readonly add: OutageInput } | { readonly end: number | 'all' }

const target = 'outage'

/** Outages that come and go while a world is served; saved with it. */
export class ServedOutages {
  private readonly host: TwinHost

  constructor(host: TwinHost) {
    this.host = host
    host.onReplay(target, async ({ payload }) => this.apply(payload as OutageChange))
  }

  /** Its number. @throws RegroupError invalid for a type or zone that is not there. */
  add(input: OutageInput): number {
    const { account } = this.host.twin
    const { instanceType: type, zone } = input
    if (type !== undefined && instanceType(type) === undefined) {
      throw new RegroupError('invalid', `${type} is not an EC2 instance type that we know`)
    }
    const zones = [...new Set([...account.subnets.values()].map((subnet) => subnet.zone))].sort()
    if (zone !== undefined && !zones.includes(fullZone(zone, account.region))) {
      const known = zones.length === 0 ? 'no zone with a subnet' : zones.join(', ')
      throw new RegroupError('invalid', `${zone} is no zone of this world; there is ${known}`)
    }
    return this.change({ add: input }) as number
  }

  /** Ends one or all; false when there is none with this number. */
  end(id?: number): boolean {
    return this.change({ end: id ?? 'all' }) !== false
  }

  list(): ReturnType<TwinHost['twin']['account']['capacity']['outageList']> {
    return this.host.twin.account.capacity.outageList()
  }

  private change(change: OutageChange): number | boolean {
    this.host.record({ session: 'control', target, payload: change })
    return this.apply(change)
  }

  private apply(change: OutageChange): number | boolean {
    const { account, kernel } = this.host.twin
    if ('end' in change) {
      return change.end === 'all'
        ? account.capacity.endOutage()
        : account.capacity.endOutage(change.end)
    }
    const fromMs = kernel.nowMs()
    const { minutes: lasting, ...named } = change.add
    const untilMs = lasting === undefined ? undefined : fromMs + lasting * 60_000
    return account.capacity.addOutage(outageOf({ ...named, fromMs, untilMs }, account.region))
  }
}
