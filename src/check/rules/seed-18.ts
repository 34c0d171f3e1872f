/** SEED-18: labels and taints that say what the node says anyway. Check layer, pure. */

import type { Fault, GroupRule } from '../rule.ts'

/** Of the group and of its user data. */
export const seed18: GroupRule = {
  id: 'SEED-18',
  scope: 'group',
  find: ({ labels = {}, taints = [], userData }) => {
    const told = userData?.told
    const faults: Fault[] = []
    const isArch = (taint: (typeof taints)[number]): boolean =>
      taint.key === 'arch' && /^(?:arm64|amd64|x86_64)$/.test(taint.value ?? '')
    if ([...taints, ...(told?.taints ?? [])].some(isArch)) {
      const member = taints.some(isArch) ? 'taints' : 'userData'
      faults.push({ member, message: 'Taint key arch duplicates the label kubernetes.io/arch.' })
    }
    const lifecycle = labels.lifecycle ?? told?.labels.lifecycle ?? ''
    if (/^(?:spot|on-?demand|normal)$/i.test(lifecycle)) {
      const member = labels.lifecycle === undefined ? 'userData' : 'labels.lifecycle'
      const message = 'Label lifecycle duplicates eks.amazonaws.com/capacityType.'
      faults.push({ member, message })
    }
    return faults
  },
}
