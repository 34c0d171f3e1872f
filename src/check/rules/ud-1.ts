/** UD-1: user data that EKS cannot merge into. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import type { UserDataFacts } from '../user-data-facts.ts'

/** EKS joins its part to yours, which must be MIME multipart for that. */
export const ud1: GroupRule = {
  id: 'UD-1',
  scope: 'group',
  find: ({ amiFamily, amiMode, template, userData }) => {
    const isLinux = amiFamily === 'AmazonLinux2' || amiFamily === 'AmazonLinux2023'
    if (amiMode !== 'eks' || !isLinux || userData === undefined) return []
    const found = faultOf(userData)
    if (found === undefined) return []
    const { line, reason } = found
    const message =
      template === undefined
        ? `This user data is not a MIME multipart document, which EKS needs to merge its own part: ${reason}.`
        : undefined
    const values = { lt: template?.name ?? '', v: template?.version ?? '', reason }
    return [{ member: 'userData', line, values, ...(message === undefined ? {} : { message }) }]
  },
}

function faultOf({ form, mimeFaults, text }: UserDataFacts) {
  if (/^\s+(?:MIME-Version|Content-Type):/i.test(text)) {
    return { line: 1, reason: 'white space stands before its first header' }
  }
  const [first] = mimeFaults
  if (first !== undefined) return { line: first.line, reason: first.message }
  if (form === 'mime') return undefined
  if (form === 'gzip') return { line: 1, reason: 'it is compressed' }
  return { line: 1, reason: form === 'other' ? 'it has no MIME header' : `it is plain ${form}` }
}
