/** UD-2: user data that starts the node where EKS does so too. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { matchingLine } from '../script-lines.ts'
import type { UserDataFacts } from '../user-data-facts.ts'

const starts = /\bnodeadm\s+init\b|\bsystemctl\b.*\b(?:start|restart|enable\s+--now)\b.*\bkubelet\b/

/** Two bootstraps of one node: it does not join. */
export const ud2: GroupRule = {
  id: 'UD-2',
  scope: 'group',
  find: ({ amiFamily, amiMode, userData }) => {
    if (amiMode !== 'eks' || userData === undefined) return []
    const call = amiFamily === 'AmazonLinux2023' ? undefined : callIn(userData)
    const line = call === undefined ? matchingLine(userData, starts) : undefined
    const command = call ?? line?.text.trim()
    if (command === undefined) return []
    return [{ member: 'userData', line: line?.line ?? 1, values: { command } }]
  },
}

function callIn({ text, told }: UserDataFacts): string | undefined {
  if (told?.kind === 'al2') return '/etc/eks/bootstrap.sh'
  const isWindows = told?.kind === 'windows' && /Start-EKSBootstrap\.ps1/i.test(text)
  return isWindows ? 'Start-EKSBootstrap.ps1' : undefined
}
