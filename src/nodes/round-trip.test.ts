import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carried, customBootstraps, mergedBootstraps } from '../../test/random-bootstrap.ts'
import { amiFamilies } from './ami-parameters.ts'
import type { Bootstrap } from './bootstrap.ts'
import { bootstrapFaults } from './bootstrap-faults.ts'
import { settingByField } from './bottlerocket-schema.ts'
import { bottlerocketFaults } from './bottlerocket-user-data.ts'
import { fieldFaults } from './field-schema.ts'
import { flagByField } from './kubelet-flags.ts'
import { kubeletConfigurationSchema } from './kubelet-schema.ts'
import { mimeFaults, parseMime } from './mime.ts'
import { nodeConfigFaults } from './node-config.ts'
import { parseBootstrap, parseUserData, renderUserData } from './user-data.ts'
import { packUserData, userDataBytesMax } from './user-data-size.ts'

const families = amiFamilies
const runs = { numRuns: 200, seed: 6 }

describe.each(families)('what is rendered for %s', (family) => {
  const modes =
    family === 'Ubuntu'
      ? { custom: customBootstraps }
      : { custom: customBootstraps, merged: mergedBootstraps }
  for (const [mode, arbitrary] of Object.entries(modes)) {
    it(`comes back from the parser (${mode})`, () => {
      fc.assert(
        fc.property(arbitrary, (raw) => {
          const bootstrap = carried(family, raw)
          expect(bootstrapFaults(family, bootstrap)).toEqual([])
          const text = renderUserData(family, bootstrap)
          if (text === '') {
            expect(bootstrap).toEqual({ cluster: undefined, labels: {}, taints: [], kubelet: {} })
            return
          }
          expect(parseBootstrap(family, text)).toEqual(bootstrap)
          expect(mimeFaults(text)).toEqual([])
        }),
        runs,
      )
    })
  }

  it('is the same whatever the order of keys', () => {
    fc.assert(
      fc.property(customBootstraps, (bootstrap) => {
        const turned = turnedDeep(bootstrap) as Bootstrap
        expect(renderUserData(family, turned)).toBe(renderUserData(family, bootstrap))
      }),
      { ...runs, numRuns: 50 },
    )
  })
})

/** Keys of all maps in the opposite order; lists stay. */
function turnedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedDeep)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, one]) => [key, turnedDeep(one)]))
}

describe('what is rendered passes the schemas', () => {
  it('NodeConfig', () => {
    fc.assert(
      fc.property(customBootstraps, (raw) => {
        const text = renderUserData('AmazonLinux2023', carried('AmazonLinux2023', raw))
        const parts = (parseMime(text) ?? []).filter((one) => one.contentType.includes('eks.aws'))
        expect(parts.flatMap((one) => nodeConfigFaults(one.body))).toEqual([])
      }),
      { ...runs, numRuns: 100 },
    )
  })

  it('Bottlerocket, and EKS can merge it unless a value needs escapes', () => {
    fc.assert(
      fc.property(mergedBootstraps, (raw) => {
        const bootstrap = carried('Bottlerocket', {
          ...raw,
          settings: { kernel: { lockdown: 'none' } },
        })
        const text = renderUserData('Bottlerocket', bootstrap)
        expect(bottlerocketFaults(text, { isMerged: true })).toEqual([])
      }),
      { ...runs, numRuns: 100 },
    )
  })

  it('every field with a flag or a setting is one of KubeletConfiguration', () => {
    const { fields } = kubeletConfigurationSchema as { fields: Readonly<Record<string, unknown>> }
    const named = [...Object.keys(flagByField), ...Object.keys(settingByField)]
    expect(named.filter((field) => !Object.hasOwn(fields, field))).toEqual([])
    expect(fieldFaults(kubeletConfigurationSchema, {}, '')).toEqual([])
  })
})

describe('readers', () => {
  it('take any text without failing', () => {
    const scraps = fc.constantFrom(
      '/etc/eks/bootstrap.sh ',
      '--kubelet-extra-args ',
      'MIME-Version: 1.0\n',
      'Content-Type: multipart/mixed; boundary="//"\n\n--//\n',
      '[settings.kubernetes]\n',
      '<powershell>\n',
      '</powershell>',
      'Start-EKSBootstrap.ps1 -EKSClusterName ',
      'kind: NodeConfig\napiVersion: node.eks.aws/v1alpha1\nspec:\n',
      '#cloud-config\n',
      "'",
      '"',
      '$(',
      '\\\n',
    )
    const text = fc.array(fc.oneof(scraps, fc.string({ maxLength: 12 })), { maxLength: 12 })
    fc.assert(
      fc.property(text, (pieces) => {
        const whole = pieces.join('')
        parseUserData(whole)
        for (const family of families) {
          const told = parseBootstrap(family, whole)
          if (told !== undefined) renderUserData(family, told)
        }
      }),
      { ...runs, numRuns: 2000 },
    )
  })
})

describe('packing', () => {
  const long = 'x'.repeat(userDataBytesMax + 1)
  const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes)

  it.each([
    ['a custom AMI', { family: 'AmazonLinux2023', isCustomAmi: true, gzip }, true],
    ['no compressor', { family: 'AmazonLinux2023', isCustomAmi: true }, false],
    ['merged by EKS', { family: 'AmazonLinux2023', isCustomAmi: false, gzip }, false],
    [
      'an AMI that cannot unpack',
      { family: 'AmazonLinux2023', isCustomAmi: true, gzip, release: '1.29.3-20240415' },
      false,
    ],
    ['Windows', { family: 'Windows', isCustomAmi: true, gzip }, false],
    ['Bottlerocket', { family: 'Bottlerocket', isCustomAmi: true, gzip }, true],
  ] as const)('%s', (_, options, isGzipped) => {
    const packed = packUserData(long, options)
    expect(packed.isGzipped).toBe(isGzipped)
    expect(packed.gauge.verdict).toBe(isGzipped ? 'fits' : 'error')
    const bytes = Buffer.from(packed.base64, 'base64')
    expect((isGzipped ? gunzipSync(bytes) : bytes).toString('utf8')).toBe(long)
  })

  it('leaves a text that fits alone', () => {
    const options = { family: 'AmazonLinux2023', isCustomAmi: true, gzip } as const
    expect(packUserData('short', options)).toMatchObject({ isGzipped: false, base64: 'c2hvcnQ=' })
  })
})
