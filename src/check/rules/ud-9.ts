/** UD-9: taints in a flag that the kubelet cannot read. Check layer, pure. */

import { parseTaint } from '../../nodes/bootstrap.ts'
import { kubeletWords } from '../kubelet-words.ts'
import type { GroupRule } from '../rule.ts'
import { lineOf } from '../script-lines.ts'

const flag = '--register-with-taints'

/** One flag, commas between taints, no white space. Texts with variables are left alone. */
export const ud9: GroupRule = {
  id: 'UD-9',
  scope: 'group',
  find: ({ userData }) => {
    if (userData === undefined) return []
    const words = kubeletWords(userData)
    return words.flatMap((word, index) => {
      if (!word.startsWith(`${flag}=`) || word.includes('$')) return []
      const text = word.slice(flag.length + 1).replaceAll('"', '')
      const wrong = text.split(',').find((one) => text !== '' && parseTaint(one) === undefined)
      const next = words[index + 1] ?? ''
      const reason =
        wrong !== undefined
          ? `${wrong} is not key=value:Effect`
          : next.startsWith('-') || parseTaint(next) === undefined
            ? undefined
            : `${next} stands behind a space`
      return reason === undefined
        ? []
        : [{ member: 'userData', line: lineOf(userData, flag), values: { flag, reason } }]
    })
  },
}
