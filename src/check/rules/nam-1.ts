/** NAM-1: a name that EKS does not take. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

const charsMax = 63

/** Also one that two groups of a cluster would have. */
export const nam1: GroupRule = {
  id: 'NAM-1',
  scope: 'group',
  find: ({ name }, { cluster }) => {
    const reason = name === undefined ? undefined : reasonOf(name)
    if (name === undefined) return []
    if (reason !== undefined) return [{ member: 'name', values: { name, reason } }]
    const isTwice = cluster.groups.filter((one) => one.name === name).length > 1
    return isTwice
      ? [{ member: 'name', values: { name, reason: 'used twice in the cluster' } }]
      : []
  },
}

function reasonOf(name: string): string | undefined {
  if (name.length > charsMax) return `longer than ${charsMax} characters`
  if (!/^[\dA-Za-z]/.test(name)) return 'not begun with a letter or digit'
  return /^[\w-]+$/.test(name) ? undefined : 'not made of letters, digits, - and _ alone'
}
