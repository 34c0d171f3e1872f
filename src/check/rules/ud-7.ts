/** UD-7: taints of the API that the kubelet does not register with. Check layer, pure. */

import { taintText } from '../../nodes/bootstrap.ts'
import type { GroupRule } from '../rule.ts'

/** With an image of your own EKS adds taints after the node joined: pods slip in before. */
export const ud7: GroupRule = {
  id: 'UD-7',
  scope: 'group',
  find: ({ amiMode, isUserDataKnown, taints = [], userData }) => {
    if (amiMode !== 'custom' || !isUserDataKnown || userData?.form === 'gzip') return []
    const own = new Set((userData?.told?.taints ?? []).map(({ effect, key }) => `${key}:${effect}`))
    const late = taints.filter(({ effect, key }) => !own.has(`${key}:${effect}`))
    if (late.length === 0 || hasVariables(userData?.text ?? '')) return []
    return [{ member: 'taints', values: { taints: late.map(taintText).join(', ') } }]
  },
}

/** Taints that are made at boot cannot be compared. */
function hasVariables(text: string): boolean {
  return /--register-with-taints[= ]?["']?[^\s]*\$/.test(text)
}
