/** EKS tokens: a presigned STS request that says which IAM identity sends it. Twin layer, pure. */

import type { WireUser } from '../http/request.ts'

/** What IAM and the cluster know about key ids and identities. */
export interface EksIdentities {
  /** ARN of the identity behind an access key; undefined for unknown keys. */
  arnOf(accessKeyId: string): string | undefined
  /** Kubernetes user of an ARN by access entries or the aws-auth ConfigMap; undefined = no access. */
  userOf(arn: string): WireUser | undefined
}

const prefix = 'k8s-aws-v1.'
/** Tokens are good for so long after they were signed. */
const lifetimeMs = 15 * 60_000
const skewMs = 5 * 60_000

/** The user of a token; undefined when it is none, is over, or its identity has no access. */
export function userOfEksToken(
  token: string,
  identities: EksIdentities,
  nowMs: number,
): WireUser | undefined {
  if (!token.startsWith(prefix) || token.length > 16_384) return undefined
  const url = urlOf(Buffer.from(token.slice(prefix.length), 'base64url').toString('utf8'))
  if (url === undefined || !isStsHost(url.hostname)) return undefined
  const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]))
  if (query.get('action') !== 'GetCallerIdentity') return undefined
  const signed = (query.get('x-amz-signedheaders') ?? '').split(';')
  if (!signed.includes('x-k8s-aws-id')) return undefined
  const signedMs = timeOf(query.get('x-amz-date') ?? '')
  if (signedMs === undefined || nowMs > signedMs + lifetimeMs || nowMs < signedMs - skewMs) {
    return undefined
  }
  const accessKeyId = (query.get('x-amz-credential') ?? '').split('/')[0] ?? ''
  const arn = identities.arnOf(accessKeyId)
  return arn === undefined ? undefined : identities.userOf(arn)
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

/** The twin's own endpoint stands on loopback. */
function isStsHost(host: string): boolean {
  if (['127.0.0.1', 'localhost', '[::1]'].includes(host)) return true
  return /^sts(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/.test(host)
}

/** `20260101T000000Z` in epoch milliseconds. */
function timeOf(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(ms) ? undefined : ms
}
