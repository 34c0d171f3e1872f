/** User data as a launch template holds it: base64, perhaps compressed. Check layer, pure. */

import { fromBase64 } from '../../nodes/base64.ts'
import { gzipFacts, type UserDataFacts, userDataFacts } from '../user-data-facts.ts'

/** `unreadable` is neither text nor gzip in base64; undefined for none. */
export function templateUserData(value: unknown): UserDataFacts | 'unreadable' | undefined {
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') return 'unreadable'
  const base64 = value.replaceAll(/\s/g, '')
  const text = fromBase64(base64)
  if (text !== undefined) return userDataFacts(text)
  // The first bytes of gzip, 1f 8b 08, in base64.
  if (!base64.startsWith('H4sI')) return 'unreadable'
  return gzipFacts(Math.floor((base64.replace(/=+$/, '').length * 3) / 4))
}
