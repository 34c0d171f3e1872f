/** UD-13: a call of bootstrap.sh that leaves cluster DNS to a guess. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { matchingLine } from '../script-lines.ts'

/** With endpoint and CA it does not ask EKS, so nothing tells it the service range. */
export const ud13: GroupRule = {
  id: 'UD-13',
  scope: 'group',
  find: ({ userData }) => {
    if (userData?.told?.kind !== 'al2') return []
    const { certificateAuthority, endpoint } = userData.told.cluster
    if (certificateAuthority === undefined || endpoint === undefined) return []
    if (/--(?:dns-cluster-ip|service-ipv[46]-cidr|ip-family)\b/.test(userData.text)) return []
    const line = matchingLine(userData, /\/etc\/eks\/bootstrap\.sh/)?.line ?? 1
    return [{ member: 'userData', line, values: { cidr: 'not in this file' } }]
  },
}
