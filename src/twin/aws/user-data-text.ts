/** User data as EC2, EKS and the instance read it. Twin layer, pure. */

import { gunzipSync } from 'node:zlib'
import { fromBase64 } from '../../nodes/base64.ts'

/** Unpacked text beyond it is not read. */
const textBytesMax = 4 * 1024 * 1024

/** EC2 takes any bytes, gzip among them, as long as they are base64. */
export function isBase64(encoded: string): boolean {
  try {
    atob(encoded)
    return true
  } catch {
    return false
  }
}

/** What cloud-init and nodeadm read: gzip is unpacked. Empty without user data, or with unreadable one. */
export function instanceText(encoded: unknown): string {
  if (typeof encoded !== 'string') return ''
  const plain = fromBase64(encoded)
  if (plain !== undefined) return plain
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return ''
  try {
    return gunzipSync(bytes, { maxOutputLength: textBytesMax }).toString()
  } catch {
    return ''
  }
}

/** What EKS reads to merge its part: it does not unpack (user-data-and-amis section 3; assumed). */
export function mergedText(encoded: unknown): string {
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('latin1') : ''
}
