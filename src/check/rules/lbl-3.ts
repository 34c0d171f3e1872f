/** LBL-3: too many taints, or one twice. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

const taintsMax = 50

/** EKS takes 50; key and effect together are unique. */
export const lbl3: GroupRule = {
  id: 'LBL-3',
  scope: 'group',
  find: ({ taints = [] }) => {
    const keys = taints.map(({ effect, key }) => `${key}:${effect}`)
    const twice = keys.find((key, index) => keys.indexOf(key) < index)
    if (twice === undefined && taints.length <= taintsMax) return []
    return [{ member: 'taints', values: { n: taints.length, dup: twice ?? 'none' } }]
  },
}
