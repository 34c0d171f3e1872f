/** The headers of a request. Kube layer, pure. */

import { RegroupError } from '../../world/failure.ts'
import type { Credential } from '../credentials/credentials.ts'
import type { KubeRequest } from '../request.ts'
import type { Impersonation } from './endpoint.ts'

type Headers = Record<string, string | readonly string[]>

/** @throws RegroupError for an impersonated name that no header can carry. */
export function requestHeaders(
  request: KubeRequest,
  credential: Credential,
  impersonation: Impersonation | undefined,
  userAgent: string,
): Headers {
  const headers: Headers = { accept: 'application/json', 'user-agent': userAgent }
  if (request.isCompressed === true) headers['accept-encoding'] = 'gzip'
  if (request.body !== undefined)
    headers['content-type'] = request.contentType ?? 'application/json'
  if (credential.authorization !== undefined) {
    headers.authorization = credential.authorization.reveal()
  }
  return impersonation === undefined
    ? headers
    : { ...headers, ...impersonationHeaders(impersonation) }
}

function impersonationHeaders({ extra, groups, uid, user }: Impersonation): Headers {
  const headers: Headers = { 'impersonate-user': carried(user) }
  if (uid !== undefined) headers['impersonate-uid'] = carried(uid)
  if (groups.length > 0) headers['impersonate-group'] = groups.map(carried)
  for (const [key, values] of Object.entries(extra)) {
    headers[`impersonate-extra-${escapedKey(key)}`] = values.map(carried)
  }
  return headers
}

function carried(value: string): string {
  // Header injection: a line break would begin a header of its own.
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value
  const cause = 'a name to impersonate holds characters that no HTTP header can carry'
  throw new RegroupError('invalid', cause)
}

/** Keys such as `example.com/reason` are percent-encoded where a header name cannot hold them. */
function escapedKey(key: string): string {
  return [...Buffer.from(key)]
    .map((byte) => {
      const letter = String.fromCharCode(byte)
      return /[a-zA-Z0-9!#$&'*+.^_`|~-]/.test(letter)
        ? letter
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
