/** CB-1: a capacity block whose template lacks what it needs. Check layer, pure. */

import { isRecord } from '../../nodes/field-schema.ts'
import type { GroupRule } from '../rule.ts'

/** Whether the subnet is in the zone of the reservation is known to AWS only. */
export const cb1: GroupRule = {
  id: 'CB-1',
  scope: 'group',
  find: ({ capacityType, template }) => {
    if (capacityType !== 'CAPACITY_BLOCK') return []
    const { data = {}, unknownFields = new Set<string>() } = template ?? {}
    if (template !== undefined && template.data === undefined) return []
    const market = isRecord(data.InstanceMarketOptions) ? data.InstanceMarketOptions : {}
    const reservation = isRecord(data.CapacityReservationSpecification)
      ? data.CapacityReservationSpecification
      : {}
    const target = isRecord(reservation.CapacityReservationTarget)
      ? reservation.CapacityReservationTarget
      : {}
    const parts: readonly (readonly [string, string, boolean])[] = [
      [
        'InstanceMarketOptions',
        'market type capacity-block',
        market.MarketType === 'capacity-block',
      ],
      ['CapacityReservationSpecification', 'a reservation target', Object.keys(target).length > 0],
      ['InstanceType', 'InstanceType', data.InstanceType !== undefined],
    ]
    const missing = parts.filter(([field, , isThere]) => !isThere && !unknownFields.has(field))
    if (missing.length === 0) return []
    const text = missing.map(([, name]) => name).join(', ')
    return [{ member: 'template.InstanceMarketOptions', values: { missing: text } }]
  },
}
