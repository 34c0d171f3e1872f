/** Requests that change a cluster, as a saved world keeps them. Twin layer, pure. */

import type { WireRequest, WireUser } from './http/request.ts'

/** Plain JSON. Credentials are left out: who it was is known by then. */
export interface KeptRequest {
  readonly kind: 'request'
  readonly user: WireUser
  readonly method: string
  readonly url: string
  readonly headers: WireRequest['headers']
  /** Base64: some clients send protobuf. */
  readonly body: string
}

/** The Lease of the engine was taken by a fault. */
export interface KeptLease {
  readonly kind: 'lease'
  readonly holder: string
}

/** Those that decide what a write does. */
const keptHeaders = ['accept', 'content-type', 'user-agent']
const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Reviews are created to be answered; nothing is kept of them. */
const reviews = /^\/apis\/auth(?:entication|orization)\.k8s\.io\//

/** Undefined for requests that only read. */
export function keptRequest(request: WireRequest, user: WireUser): KeptRequest | undefined {
  const { body, headers, method, url } = request
  if (readMethods.has(method) || reviews.test(url)) return undefined
  const kept = keptHeaders.flatMap((name) => {
    const value = headers[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const text = body.toString('base64')
  return { kind: 'request', user, method, url, headers: Object.fromEntries(kept), body: text }
}

/** The inverse of {@link keptRequest}. */
export function requestOf({ body, headers, method, url }: KeptRequest): WireRequest {
  return { method, url, headers, body: Buffer.from(body, 'base64') }
}
