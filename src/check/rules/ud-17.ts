/** UD-17: labels and taints that stand in user data only. Check layer, pure. */

import { taintText } from '../../nodes/bootstrap.ts'
import type { GroupRule } from '../rule.ts'
import { lineOf } from '../script-lines.ts'

/** Only where the labels and taints of the group itself are known. */
export const ud17: GroupRule = {
  id: 'UD-17',
  scope: 'group',
  find: ({ labels, taints = [], userData }) => {
    const told = userData?.told
    if (labels === undefined || told === undefined) return []
    const ownLabels = Object.entries(told.labels)
      .filter(([key]) => !Object.hasOwn(labels, key) && !key.startsWith('eks.amazonaws.com/'))
      .map(([key, value]) => `${key}=${value}`)
    const known = new Set(taints.map(({ effect, key }) => `${key}:${effect}`))
    const ownTaints = told.taints.filter(({ effect, key }) => !known.has(`${key}:${effect}`))
    if (ownLabels.length + ownTaints.length === 0) return []
    const values = {
      labels: ownLabels.join(', ') || 'none',
      taints: ownTaints.map(taintText).join(', ') || 'none',
    }
    const [first] = [...ownLabels, ...ownTaints.map(({ key }) => key)]
    const line = userData === undefined ? 1 : lineOf(userData, first?.split('=')[0] ?? '')
    return [{ member: 'userData', line, values }]
  },
}
