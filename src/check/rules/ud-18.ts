/** UD-18: a label or taint that breaks the command line of the kubelet. Check layer, pure. */

import { taintText } from '../../nodes/bootstrap.ts'
import type { GroupRule } from '../rule.ts'

const breaking = /[\s"'`%]/

/** Variables are filled in later and are left alone. */
export const ud18: GroupRule = {
  id: 'UD-18',
  scope: 'group',
  find: ({ userData }) => {
    const { labels = {}, taints = [] } = userData?.told ?? {}
    const texts = [
      ...Object.entries(labels).map(([key, value]) => ['Label', `${key}=${value}`] as const),
      ...taints.map((taint) => ['Taint', taintText(taint)] as const),
    ]
    return texts.flatMap(([kind, text]) => {
      const char = text.includes('$') ? undefined : breaking.exec(text)?.[0]
      if (char === undefined) return []
      return [{ member: 'userData', values: { where: `${kind} ${text}`, char: nameOf(char) } }]
    })
  },
}

function nameOf(char: string): string {
  return /\s/.test(char) ? 'white space' : char
}
