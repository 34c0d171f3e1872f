/** UD-4: user data of another family. Check layer, pure. */

import type { AmiFamily } from '../../nodes/ami-parameters.ts'
import type { GroupRule } from '../rule.ts'
import { nodeConfigsOf, type UserDataFacts } from '../user-data-facts.ts'

const kindOf: Readonly<Record<AmiFamily, string>> = {
  AmazonLinux2: 'bootstrap.sh',
  AmazonLinux2023: 'a NodeConfig',
  Bottlerocket: 'TOML settings',
  Ubuntu: 'bootstrap.sh',
  Windows: 'PowerShell',
}

/** A document for two families is right for both. */
export const ud4: GroupRule = {
  id: 'UD-4',
  scope: 'group',
  find: ({ amiFamily, userData }) => {
    if (amiFamily === undefined || userData === undefined) return []
    const found = kindsIn(userData)
    if (found.length === 0 || found.includes(kindOf[amiFamily])) return []
    return [{ member: 'userData', values: { found: found.join(' and '), family: amiFamily } }]
  },
}

function kindsIn(userData: UserDataFacts): readonly string[] {
  const { form, told } = userData
  return [
    ...(told?.kind === 'al2' ? ['bootstrap.sh'] : []),
    ...(nodeConfigsOf(userData).length > 0 ? ['a NodeConfig'] : []),
    ...(form === 'toml' ? ['TOML settings'] : []),
    ...(form === 'powershell' ? ['PowerShell'] : []),
  ]
}
