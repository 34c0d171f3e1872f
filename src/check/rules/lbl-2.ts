/** LBL-2: a label or taint that is not well formed. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

const name = /^[A-Za-z\d](?:[\w.-]{0,61}[A-Za-z\d])?$/
const prefix = /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/

/** Keys and values as EKS takes them: a label has a value, a taint may have none. */
export const lbl2: GroupRule = {
  id: 'LBL-2',
  scope: 'group',
  find: ({ labels = {}, taints = [] }) => [
    ...Object.entries(labels).flatMap(([key, value]) => {
      const reason = keyFault(key) ?? valueFault(value, false)
      if (reason === undefined) return []
      return [{ member: `labels.${key}`, values: { kind: 'Label', key, value, reason } }]
    }),
    ...taints.flatMap(({ key, value = '' }) => {
      const reason = keyFault(key) ?? valueFault(value, true)
      return reason === undefined
        ? []
        : [{ member: 'taints', values: { kind: 'Taint', key, value, reason } }]
    }),
  ],
}

function keyFault(key: string): string | undefined {
  const slash = key.indexOf('/')
  if (slash >= 0 && !prefix.test(key.slice(0, slash))) return 'its prefix is no DNS name'
  return name.test(key.slice(slash + 1))
    ? undefined
    : 'its key has other characters than letters, digits, - _ .'
}

/** Variables of a fleet file that wait for the zone count as letters. */
function valueFault(value: string, mayBeEmpty: boolean): string | undefined {
  if (value === '') return mayBeEmpty ? undefined : 'its value is empty'
  if (name.test(value.replaceAll(/\$\((?:az|azIndex)\)/g, 'x'))) return undefined
  return 'its value has more than 63 or other characters than letters, digits, - _ .'
}
