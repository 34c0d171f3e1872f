/** UD-14: a script that edits kubelet-config.json as text. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { scriptsOf } from '../user-data-facts.ts'

const edit =
  /\b(?:sed|jq|awk|perl|yq|tee|echo|printf|cat)\b.*kubelet[-/]config\.json|>\s*\S*kubelet[-/]config\.json/

/** Depends on the layout of a file of the image; on Amazon Linux 2023 it is not there. */
export const ud14: GroupRule = {
  id: 'UD-14',
  scope: 'group',
  find: ({ userData }) => {
    if (userData === undefined) return []
    return scriptsOf(userData).flatMap(({ body, line }) => {
      const at = body.split('\n').findIndex((text) => edit.test(text) && !/^\s*#/.test(text))
      if (at < 0) return []
      return [{ member: 'userData', line: line + at, values: { file: 'kubelet-config.json' } }]
    })
  },
}
