/** Who sends a request: client certificate, static token, service account, EKS token, impersonation. Twin layer. */

import { timingSafeEqual } from 'node:crypto'
import type { WireRequest, WireUser } from '../http/request.ts'
import { badRequest, refusal } from '../http/status.ts'
import { serviceAccountOf } from './account-token.ts'
import { type EksIdentities, userOfEksToken } from './eks-token.ts'

/** Name and organisations of a verified client certificate. */
export interface ClientCertificate {
  readonly commonName: string
  readonly organizations: readonly string[]
}

/** Secrets and identities of one cluster. */
export interface Credentials {
  /** The token of the kubeconfig; its user is an administrator. */
  readonly staticToken: string
  readonly signingKey: Buffer
  readonly identities: EksIdentities
}

/** Who has the token of the kubeconfig. */
const administrator: WireUser = {
  name: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
}
/** Who has none. */
const anonymous: WireUser = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** The user of a request before impersonation. @throws StatusError 401 for credentials that are none. */
export function authenticate(
  request: WireRequest,
  certificate: ClientCertificate | undefined,
  credentials: Credentials,
  nowMs: number,
): WireUser {
  const header = request.headers.authorization
  if (header !== undefined) {
    const token = /^Bearer\s+(\S+)$/i.exec(header.trim())?.[1]
    const user = token === undefined ? undefined : userOfToken(token, credentials, nowMs)
    if (user === undefined) throw refusal(401, 'Unauthorized')
    return user
  }
  if (certificate === undefined || certificate.commonName === '') return anonymous
  const groups = [...certificate.organizations, 'system:authenticated']
  return { name: certificate.commonName, groups }
}

function userOfToken(
  token: string,
  { identities, signingKey, staticToken }: Credentials,
  nowMs: number,
): WireUser | undefined {
  if (isEqual(token, staticToken)) return administrator
  return serviceAccountOf(token, signingKey, nowMs) ?? userOfEksToken(token, identities, nowMs)
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The user that a request wants to act as; undefined for none. @throws StatusError 400. */
export function impersonated({ headers }: WireRequest): WireUser | undefined {
  const name = headers['impersonate-user'] ?? ''
  const groups = (headers['impersonate-group'] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
  if (name === '') {
    const [first] = groups
    if (first === undefined) return undefined
    throw badRequest(`requested [{Group  ${first}    }] without impersonating a user`)
  }
  return {
    name,
    groups: groups.length > 0 ? [...groups, 'system:authenticated'] : ['system:authenticated'],
  }
}
