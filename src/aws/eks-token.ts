/** The bearer token of an EKS cluster: a presigned STS call, made in process. Aws layer. */

import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Clock } from '../world/clock.ts'
import { RegroupError } from '../world/failure.ts'
import type { CredentialProvider } from './credentials.ts'

/** For which cluster and as whom. */
export interface EksTokenOptions {
  /** Name of the cluster; of a registered or Outposts cluster its id. */
  readonly clusterName: string
  readonly region: string
  readonly credentials: CredentialProvider
  readonly clock: Clock
}

/** A token and when to stop using it, epoch milliseconds. */
export interface EksToken {
  readonly token: string
  readonly expiresAtMs: number
}

/** The API server takes a token for 15 min from its signing; a minute is left for clocks that differ. */
const lifeMs = 14 * 60_000
/** Longest time the authenticator accepts in X-Amz-Expires; what counts is the 15 min above. */
const signedSeconds = 60

/** The STS host of the Region; partitions other than aws and aws-cn are unverified. */
export function stsHost(region: string): string {
  const suffix = suffixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com'
  return `sts.${region}.${suffix}`
}

const suffixes: readonly (readonly [string, string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['eusc-', 'amazonaws.eu'],
]

/**
 * The same URL as `aws eks get-token` makes: `k8s-aws-v1.` and base64url of a GetCallerIdentity that the API
 * server sends to STS to learn who asks. Nothing is sent here. Rejects with `unauthenticated` without credentials.
 */
export async function mintEksToken(options: EksTokenOptions): Promise<EksToken> {
  const { clock, clusterName, region } = options
  const credentials = await credentialsOf(options)
  const nowMs = clock.nowMs()
  const hostname = stsHost(region)
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 })
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': clusterName },
    },
    { expiresIn: signedSeconds, signingDate: new Date(nowMs) },
  )
  const query = Object.entries(signed.query ?? {})
    .map(([key, value]) => `${escaped(key)}=${escaped(String(value))}`)
    .join('&')
  const url = `https://${hostname}/?${query}`
  const expiryMs = credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY
  return {
    token: `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`,
    expiresAtMs: Math.min(nowMs + lifeMs, expiryMs),
  }
}

type Bytes = string | ArrayBuffer | ArrayBufferView

/** SHA-256, or its HMAC when there is a key, in the shape the signer asks for. */
class Sha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>

  constructor(key?: Bytes) {
    this.hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key))
  }

  update(data: Bytes): void {
    this.hash.update(bytesOf(data))
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest())
  }

  /** The signer makes a new one for every text. */
  reset(): void {}
}

function bytesOf(data: Bytes): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

async function credentialsOf({ credentials, region }: EksTokenOptions) {
  try {
    return await credentials()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const text = `no AWS credentials to make an EKS token with: ${why}`
    const context = { operation: 'eks:GetToken', object: region }
    throw new RegroupError('unauthenticated', text, { context, cause: error })
  }
}

/** RFC 3986: encodeURIComponent leaves five characters that a signature escapes. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
