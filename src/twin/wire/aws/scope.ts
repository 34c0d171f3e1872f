/** Who asks which service: read from the signature's credential scope, unchecked. Twin layer, pure. */

import { AwsProblem } from './problem.ts'
import type { WireRequest } from './request.ts'
import { servedAccessKeyId } from './served-keys.ts'

/** What a signature says about itself. */
export interface CredentialScope {
  readonly accessKeyId: string
  readonly region: string
  readonly service: string
}

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * The scope of a signed or presigned request. Signatures are not verified: any key pair is let in.
 * @throws AwsProblem when there is none or it makes no sense.
 */
export function scopeOf(request: WireRequest): CredentialScope {
  const { authorization } = request.headers
  if (authorization !== undefined) return parseHeader(authorization)
  const presigned = request.query.get('X-Amz-Credential')
  if (presigned !== null) return parseCredential(presigned)
  const anonymous = anonymousScope(request)
  if (anonymous !== undefined) return anonymous
  throw new AwsProblem('MissingAuthenticationTokenException', 'Missing Authentication Token', {
    status: 403,
  })
}

function parseHeader(text: string): CredentialScope {
  const header = text.trim()
  if (!header.startsWith(algorithm)) {
    const message = 'Authorization header requires the AWS4-HMAC-SHA256 algorithm.'
    throw new AwsProblem('IncompleteSignatureException', message, { status: 403 })
  }
  const fields = new Map<string, string>()
  for (const part of header.slice(algorithm.length).split(',')) {
    const at = part.indexOf('=')
    if (at > 0) fields.set(part.slice(0, at).trim(), part.slice(at + 1).trim())
  }
  for (const name of ['Credential', 'SignedHeaders', 'Signature']) {
    if ((fields.get(name) ?? '') === '') {
      const message = `Authorization header requires '${name}' parameter.`
      throw new AwsProblem('IncompleteSignatureException', message, { status: 403 })
    }
  }
  return parseCredential(fields.get('Credential') ?? '')
}

function parseCredential(text: string): CredentialScope {
  const match =
    /^([\w./+=@-]{1,128})\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,64})\/aws4_request$/.exec(text)
  if (match === null) {
    const message = 'Credential should be scoped to a valid Region, service and aws4_request.'
    throw new AwsProblem('IncompleteSignatureException', message, { status: 403 })
  }
  return { accessKeyId: match[1] ?? '', region: match[3] ?? '', service: match[4] ?? '' }
}

/** The two calls that need no signature: a web identity or SAML assertion is the proof. */
function anonymousScope(request: WireRequest): CredentialScope | undefined {
  const action = /(?:^|&)Action=(AssumeRoleWith\w+)/.exec(request.body)?.[1]
  if (action !== 'AssumeRoleWithWebIdentity' && action !== 'AssumeRoleWithSAML') return undefined
  return { accessKeyId: 'anonymous', region: 'us-east-1', service: 'sts' }
}

/** Name of the user of an access key in audit and messages: `operator` has the key that the twin hands out. */
export function userOfKey(accessKeyId: string): string {
  return accessKeyId === servedAccessKeyId ? 'operator' : accessKeyId
}
