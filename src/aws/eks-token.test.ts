import { expect, it } from 'vitest'
import { ManualClock } from '../../test/manual-clock.ts'
import { mintEksToken, stsHost } from './eks-token.ts'

const keys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const signedAtMs = Date.parse('2026-11-26T03:04:05Z')

function mint(options: {
  region?: string
  clusterName?: string
  sessionToken?: string
  expiration?: Date
}) {
  const { clusterName = 'shop', region = 'eu-west-1', ...rest } = options
  const clock = new ManualClock()
  clock.pass(signedAtMs)
  const credentials = () => Promise.resolve({ ...keys, ...rest })
  return mintEksToken({ clusterName, region, clock, credentials })
}

function urlOf(token: string): string {
  const [, text = ''] = /^k8s-aws-v1\.([\w-]+)$/.exec(token) ?? []
  return Buffer.from(text, 'base64url').toString('utf8')
}

it('is byte for byte the URL that botocore 1.43.11 presigns for the same key and second', async () => {
  const { token } = await mint({})
  const query = [
    'Action=GetCallerIdentity',
    'Version=2011-06-15',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    'X-Amz-Credential=AKIDEXAMPLE%2F20261126%2Feu-west-1%2Fsts%2Faws4_request',
    'X-Amz-Date=20261126T030405Z',
    'X-Amz-Expires=60',
    'X-Amz-SignedHeaders=host%3Bx-k8s-aws-id',
    'X-Amz-Signature=4334a596f985d290663f17cd7c74098a0e433f62f588b367979ac2daf1c5374a',
  ].join('&')
  expect(urlOf(token)).toBe(`https://sts.eu-west-1.amazonaws.com/?${query}`)
})

it('with a session token in another partition the signature is the same as that of botocore', async () => {
  const { token } = await mint({
    region: 'cn-north-1',
    clusterName: 'shop-2',
    sessionToken: 'AQoD/tok+en==',
  })
  const url = new URL(urlOf(token))
  expect(url.host).toBe('sts.cn-north-1.amazonaws.com.cn')
  expect(url.searchParams.get('X-Amz-Security-Token')).toBe('AQoD/tok+en==')
  expect(url.searchParams.get('X-Amz-Signature')).toBe(
    '010e3ffcc48f215a460be5545dd16cc0250ac34220bebe2aa27e5caa0966d810',
  )
})

it('the cluster is part of what is signed', async () => {
  const one = await mint({ clusterName: 'one' })
  const other = await mint({ clusterName: 'other' })
  expect(one.token).not.toBe(other.token)
})

it('is good for 14 of its 15 minutes, and no longer than the credentials', async () => {
  expect((await mint({})).expiresAtMs).toBe(signedAtMs + 14 * 60_000)
  const expiration = new Date(signedAtMs + 60_000)
  expect((await mint({ expiration })).expiresAtMs).toBe(signedAtMs + 60_000)
})

it('without credentials the failure says what they were for', async () => {
  const told = mintEksToken({
    clusterName: 'shop',
    region: 'eu-west-1',
    clock: new ManualClock(),
    credentials: () => Promise.reject(new Error('Could not load credentials')),
  })
  await expect(told).rejects.toMatchObject({
    code: 'unauthenticated',
    message: 'no AWS credentials to make an EKS token with: Could not load credentials',
  })
})

it.each([
  ['us-east-1', 'sts.us-east-1.amazonaws.com'],
  ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
  ['cn-northwest-1', 'sts.cn-northwest-1.amazonaws.com.cn'],
  ['us-iso-east-1', 'sts.us-iso-east-1.c2s.ic.gov'],
  ['us-isob-east-1', 'sts.us-isob-east-1.sc2s.sgov.gov'],
])('%s: %s', (region, host) => {
  expect(stsHost(region)).toBe(host)
})
