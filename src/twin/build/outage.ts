/** Capacity that is gone, as world files and the control endpoint describe it. Twin layer, pure. */

import * as z from 'zod'
import type { CapacityOutage } from '../aws/capacity.ts'

const thirtyDaysMinutes = 30 * 24 * 60
const minutes = z.number().min(0).max(thirtyDaysMinutes)

/** The pools that have nothing to give; absent members match every pool. */
const pools = {
  capacityType: z.enum(['SPOT', 'ON_DEMAND']).optional(),
  instanceType: z.string().min(1).max(60).optional(),
  /** A letter or a whole name. */
  zone: z.string().min(1).max(40).optional(),
}

/** `outages` of a world file: minutes of virtual time since its start; until the end without `untilMinutes`. */
export const worldOutageSchema = z.strictObject({
  ...pools,
  fromMinutes: minutes.default(0),
  untilMinutes: minutes.optional(),
})

/** POST /faults {"outage": …}: from now on, for so many minutes of virtual time or until it is taken back. */
export const outageInput = z.strictObject({ ...pools, minutes: minutes.optional() })

/** What {@link outageInput} takes. */
export type OutageInput = z.infer<typeof outageInput>

/** Without undefined members, the zone with its whole name. */
export function outageOf(
  given: { readonly [Key in keyof CapacityOutage]: CapacityOutage[Key] | undefined },
  region: string,
): CapacityOutage {
  const { capacityType, fromMs, instanceType: type, untilMs, zone } = given
  return {
    ...(type === undefined ? {} : { instanceType: type }),
    ...(zone === undefined ? {} : { zone: fullZone(zone, region) }),
    ...(capacityType === undefined ? {} : { capacityType }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  }
}

/** `eu-west-1a` of `a`; whole names as they are. */
export function fullZone(zone: string, region: string): string {
  return zone.length === 1 ? region + zone : zone
}
