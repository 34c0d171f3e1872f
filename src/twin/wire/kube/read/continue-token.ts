/** Continue tokens of chunked lists: where a list goes on, and at which version. Twin layer, pure. */

import { badRequest } from '../http/status.ts'
import { JsonSyntaxError, parseJson } from '../schema/json-text.ts'
import { at } from '../schema/own.ts'

/** Where a list goes on; version -1 = whatever is there now. */
export interface Continuation {
  readonly resourceVersion: number
  /** Key after which the list goes on, as `namespace/name` or `name`. */
  readonly startKey: string
}

const tokenVersion = 'meta.k8s.io/v1'

/** Base64url of JSON, as the API server hands it out. */
export function encodeContinue({ resourceVersion, startKey }: Continuation): string {
  const token = { v: tokenVersion, rv: resourceVersion, start: `${startKey}\u0000` }
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

/** Reads a token. @throws StatusError 400 for anything that is none. */
export function decodeContinue(text: string): Continuation {
  const raw = Buffer.from(text, 'base64url').toString('utf8')
  let token: unknown
  try {
    token = parseJson(raw).value
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw badRequest(`invalid continue token: continue key is not valid: ${error.message}`)
  }
  const version = at(token, 'v')
  if (version !== tokenVersion) {
    const why = `server does not recognize this encoded version ${typeof version === 'string' ? version : ''}`
    throw badRequest(`invalid continue token: continue key is not valid: ${why}`)
  }
  const resourceVersion = Number(at(token, 'rv'))
  const start = at(token, 'start')
  if (!Number.isSafeInteger(resourceVersion) || typeof start !== 'string' || start === '') {
    throw badRequest('invalid continue token: continue key is not valid: incorrect encoded start')
  }
  return { resourceVersion, startKey: start.endsWith('\u0000') ? start.slice(0, -1) : start }
}
