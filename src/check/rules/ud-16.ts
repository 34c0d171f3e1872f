/** UD-16: a script that waits for the kubelet on Amazon Linux 2023. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { matchingLine } from '../script-lines.ts'

const waits = new RegExp(
  [
    /\b(?:until|while)\b.*(?:kubectl|kubelet|healthz|:102(?:48|50))/,
    /\bkubectl\s+wait\b/,
    /\bsystemctl\s+is-active\s+(?:-\S+\s+)*kubelet/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

/** cloud-init runs all scripts before nodeadm starts the kubelet. */
export const ud16: GroupRule = {
  id: 'UD-16',
  scope: 'group',
  find: ({ amiFamily, userData }) => {
    if (amiFamily !== 'AmazonLinux2023' || userData === undefined) return []
    const found = matchingLine(userData, waits)
    if (found === undefined) return []
    return [
      {
        member: 'userData',
        line: found.line,
        values: { part: `the script in line ${found.line}` },
      },
    ]
  },
}
