import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fuzz, fuzzShares } from '../../../test/fuzz/fuzz.ts'
import { renderUserData } from '../user-data.ts'
import { convertUserData } from './convert-user-data.ts'

const folder = new URL('../../../test/fixtures/user-data/', import.meta.url)
const samples = readdirSync(folder)
  .sort()
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))

// The script behind `npm run fuzz` runs many more of the same.
it.each(Object.keys(fuzzShares))('300 hostile inputs break no law of: %s', (name) => {
  expect(fuzz(name, { runs: 300, seed: 1, samples })).toEqual([])
})

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}[a-z0-9]$/)
const cluster = fc.record({
  name: fc.stringMatching(/^[a-z][\w-]{0,20}$/),
  endpoint: word.map((host) => `https://${host}`),
  certificateAuthority: fc.constantFrom('Zm9vYmFy', 'Zm9vYg=='),
  serviceCidr: fc.constantFrom('10.100.0.0/16', '172.16.0.0/12', 'fd00:1234::/108'),
})
const bootstrap = fc.record({
  cluster,
  labels: fc.dictionary(word, word, { maxKeys: 3 }),
  taints: fc.uniqueArray(
    fc.record({
      key: word,
      value: word,
      effect: fc.constantFrom('NoSchedule' as const, 'NoExecute' as const),
    }),
    { selector: ({ effect, key }) => `${key}:${effect}`, maxLength: 3 },
  ),
  kubelet: fc.record(
    {
      imageGCHighThresholdPercent: fc.integer({ min: 86, max: 100 }),
      kubeReserved: fc.constantFrom({ cpu: '70m', memory: '574Mi' }, { cpu: '1' }),
      maxPods: fc.integer({ min: 1, max: 250 }),
      registryPullQPS: fc.integer({ min: 0, max: 50 }),
      shutdownGracePeriod: fc.constantFrom('30s', '1m30s'),
    },
    { requiredKeys: [] },
  ),
})

it.each(['AmazonLinux2023', 'Bottlerocket'] as const)(
  'what we render for Amazon Linux 2 converts to what we render for %s',
  (target) => {
    fc.assert(
      fc.property(bootstrap, (one) => {
        const old = renderUserData('AmazonLinux2', one)
        const { findings, userData } = convertUserData(old, { target, file: 'old.sh' })
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
        expect(userData).toBe(renderUserData(target, one))
      }),
      { numRuns: 200, seed: 6 },
    )
  },
)
