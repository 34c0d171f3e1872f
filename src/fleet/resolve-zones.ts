/** Groups per zone, once the zones of a cluster are known. Fleet layer, pure. */

import type { DesiredNodeGroup } from './desired.ts'
import { substitute } from './expand.ts'

/** A group with one zone and its final name. */
export interface ZonedNodeGroup extends DesiredNodeGroup {
  readonly zone: string
}

/** `*` gives one group per zone, in the order of the zones; `$(azIndex)` counts them from 0. */
export function resolveZones(
  groups: readonly DesiredNodeGroup[],
  zones: readonly string[],
): readonly ZonedNodeGroup[] {
  return groups.flatMap((group) => {
    const wanted =
      group.availabilityZone === '*'
        ? zones
        : zones.filter(
            (zone) => zone === group.availabilityZone || zone.endsWith(group.availabilityZone),
          )
    return wanted.map((zone) => {
      const variables = { az: zone, azIndex: String(zones.indexOf(zone)) }
      return {
        ...group,
        ...substitute({ name: group.name, labels: group.labels, tags: group.tags }, variables),
        zone,
      }
    })
  })
}
