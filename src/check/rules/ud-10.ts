/** UD-10: image GC thresholds with which the kubelet does not start. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { lineOf } from '../script-lines.ts'

/** The kubelet's defaults count where one of the two is not set. */
export const ud10: GroupRule = {
  id: 'UD-10',
  scope: 'group',
  find: ({ userData }) => {
    if (userData === undefined) return []
    const kubelet = userData.told?.kubelet ?? {}
    const { imageGCHighThresholdPercent: high = 85, imageGCLowThresholdPercent: low = 80 } = kubelet
    if (typeof low !== 'number' || typeof high !== 'number') return []
    if (low >= 0 && low < high && high <= 100) return []
    return [{ member: 'userData', line: lineOf(userData, 'mageGC'), values: { low, high } }]
  },
}
