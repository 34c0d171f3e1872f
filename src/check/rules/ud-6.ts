/** UD-6: Bottlerocket settings that are no TOML, or not the TOML that EKS merges. Check layer, pure. */

import { eksTomlFaults, parseToml } from '../../nodes/toml.ts'
import type { GroupRule } from '../rule.ts'

/** With an image of your own EKS merges nothing, so any TOML will do. */
export const ud6: GroupRule = {
  id: 'UD-6',
  scope: 'group',
  find: ({ amiFamily, amiMode, userData }) => {
    if (amiFamily !== 'Bottlerocket' || userData === undefined) return []
    if (userData.form === 'gzip') return amiMode === 'eks' ? [fault(1, 'it is compressed')] : []
    if (amiMode === 'eks') {
      return eksTomlFaults(userData.text).map(({ line, message }) => fault(line, message))
    }
    const parsed = parseToml(userData.text)
    return 'fault' in parsed ? [fault(parsed.fault.line, parsed.fault.message)] : []
  },
}

function fault(line: number, reason: string) {
  const where = Math.max(line, 1)
  return { member: 'userData', line: where, values: { reason, line: where } }
}
