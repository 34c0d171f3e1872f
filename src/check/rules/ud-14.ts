/** UD-14: a script that edits kubelet-config.json as text. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { matchingLine } from '../script-lines.ts'

/** A tool that edits, on the file; a redirection into it; sed on one of its fields by a variable. */
const edits = [
  /\b(?:sed|jq|awk|perl|yq|tee|echo|printf|cat)\b.*kubelet[-/]config\.json/,
  />\s*\S*kubelet[-/]config\.json/,
  /\bsed\s+-i\b.*\bimageGC/,
]
const edit = new RegExp(edits.map(({ source }) => source).join('|'))

/** Depends on the layout of a file of the image; on Amazon Linux 2023 it is not there. */
export const ud14: GroupRule = {
  id: 'UD-14',
  scope: 'group',
  find: ({ userData }) => {
    const found = userData === undefined ? undefined : matchingLine(userData, edit)
    if (found === undefined) return []
    return [{ member: 'userData', line: found.line, values: { file: 'kubelet-config.json' } }]
  },
}
