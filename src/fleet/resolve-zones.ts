/** Groups per zone, once the zones of a cluster are known. Fleet layer, pure. */

import type { DesiredNodeGroup } from './desired.ts'
import { substitute } from './expand.ts'

/** A group with one zone and its final name. */
export interface ZonedNodeGroup extends DesiredNodeGroup {
  readonly zone: string
}

/**
 * `*` gives one group per zone, in the order of the zones; `$(azIndex)` counts them from 0. `zonesOf` says
 * in which zones a group has subnets, sorted; a group that has none keeps its wish as zone, so that it is
 * missed and not forgotten.
 */
export function resolveZones(
  groups: readonly DesiredNodeGroup[],
  zonesOf: (group: DesiredNodeGroup) => readonly string[],
): readonly ZonedNodeGroup[] {
  return groups.flatMap((group) => {
    const zones = zonesOf(group)
    const wanted =
      group.availabilityZone === '*'
        ? zones
        : zones.filter(
            (zone) => zone === group.availabilityZone || zone.endsWith(group.availabilityZone),
          )
    return (wanted.length === 0 ? [group.availabilityZone] : wanted).map((zone) => {
      const variables = { az: zone, azIndex: String(zones.indexOf(zone)) }
      return {
        ...group,
        ...substitute({ name: group.name, labels: group.labels, tags: group.tags }, variables),
        zone,
      }
    })
  })
}
