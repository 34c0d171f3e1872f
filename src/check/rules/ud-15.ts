/** UD-15: a second flag for taints. Check layer, pure. */

import { kubeletWords } from '../kubelet-words.ts'
import type { GroupRule } from '../rule.ts'
import { lineOf } from '../script-lines.ts'

/** The kubelet takes the last one. */
export const ud15: GroupRule = {
  id: 'UD-15',
  scope: 'group',
  find: ({ userData }) => {
    if (userData === undefined) return []
    const values = kubeletWords(userData).flatMap(
      (word) => /^--register-with-taints=([\s\S]*)$/.exec(word)?.[1] ?? [],
    )
    if (values.length < 2) return []
    return [
      {
        member: 'userData',
        line: lineOf(userData, 'register-with-taints'),
        values: { lost: values.slice(0, -1).join(', ') },
      },
    ]
  },
}
