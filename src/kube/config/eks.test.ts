import { expect, it } from 'vitest'
import { HeldClock } from '../../../test/held-clock.ts'
import { pem } from '../../../test/kube-server.ts'
import { seededRandom } from '../../world/random.ts'
import { eksConnection } from './eks.ts'

function connect(endpoint = 'https://ABC.gr7.eu-west-1.eks.amazonaws.com') {
  const clock = new HeldClock()
  let minted = 0
  const connection = eksConnection({
    clusterName: 'shop',
    endpoint,
    certificateAuthorityData: Buffer.from(pem('ca.crt')).toString('base64'),
    mintToken: () => {
      minted += 1
      return Promise.resolve({ token: `t${minted}`, expiresAtMs: clock.nowMs() + 14 * 60_000 })
    },
    clock,
    random: seededRandom('eks'),
    env: { HTTPS_PROXY: 'http://proxy:3128' },
  })
  return { clock, connection }
}

it('takes what DescribeCluster says', () => {
  const { endpoint } = connect().connection
  expect(endpoint).toMatchObject({ name: 'shop', caPem: pem('ca.crt'), isTlsVerified: true })
  expect(endpoint.server.hostname).toBe('abc.gr7.eu-west-1.eks.amazonaws.com')
  expect(endpoint.proxyUrl?.reveal()).toBe('http://proxy:3128')
})

it('makes a token when it is needed, and another one when a third of its life is left', async () => {
  const { clock, connection } = connect()
  const token = async () => (await connection.credentials.current()).authorization?.reveal()
  expect(await token()).toBe('Bearer t1')
  clock.advance(7.9 * 60_000)
  expect(await token()).toBe('Bearer t1')
  clock.advance(1.5 * 60_000)
  expect(await token()).toBe('Bearer t2')
})

it('a cluster that has no endpoint yet is told by name', () => {
  expect(() => connect('')).toThrow('cluster shop; wait until the cluster is ACTIVE')
})
