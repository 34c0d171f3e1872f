import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import { regroup } from './program.ts'
import { root } from './sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'regroup-hostile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const example = (name: string): string =>
  readFileSync(`${root}examples/seed-web-shop/${name}`, 'utf8')
const fleetText = example('fleet.yaml')
const worldText = `apiVersion: regroup.dev/v1alpha1
kind: World
cluster: { name: shop, kubernetesVersion: "1.32" }
groups:
  - { name: shop-a, zone: a, instanceType: m5.large, count: 2 }
manifests: [app.yaml]
`
const appText = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web, resources: { requests: { cpu: 100m, memory: 64Mi } } }] }
`

const rehearse = (...more: string[]) =>
  regroup('rehearse', 'migrate', '-q', '-f', at('fleet.yaml'), '--world', at('world.yaml'), ...more)

function expectClear({ err, out }: { err: string; out: string }): void {
  expect(err).not.toMatch(/^\s+at .*:\d+:\d+/m)
  expect(err).not.toContain('bug in regroup')
  expect(out).toBe('')
}

beforeEach(() => {
  writeFileSync(at('fleet.yaml'), fleetText)
  writeFileSync(at('world.yaml'), worldText)
  writeFileSync(at('app.yaml'), appText)
})

const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefghi'
  .split('')
  .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(', ')}]`)
  .join('\n')}\n`

const yamlFaults: readonly (readonly [string, string | Uint8Array, string, string])[] = [
  ['an alias bomb', bomb, 'yaml/aliases', '1:1'],
  ['a duplicate key', 'kind: Fleet\nkind: World\n', 'yaml/duplicate-key', '2:1'],
  ['50 MB', new Uint8Array(50 * 1024 * 1024).fill(0x61), 'yaml/too-large', '1:1'],
  ['invalid UTF-8', new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe]), 'yaml/not-utf8', '1:1'],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x61, 0x00]), 'yaml/not-utf8', '1:1'],
  ['thousands of brackets', '['.repeat(5_000), 'yaml/too-deep', '1:'],
  ['deeply nested maps', `${'{a: '.repeat(5_000)}1${'}'.repeat(5_000)}`, 'yaml/too-deep', '1:'],
  ['tabs', 'a:\n\tb: 1\n', 'yaml/syntax', '2:1'],
  ['nothing', '', 'yaml/empty', '1:1'],
  ['only a comment', '# nothing\n', 'yaml/empty', '1:1'],
  ['NUL bytes', 'a: "\u0000"\nb: [', 'yaml/syntax', '2:5'],
  ['two documents', 'a: 1\n---\nb: 2\n', 'yaml/many-documents', '2:1'],
  ['an unknown alias', 'a: *nobody\n', 'yaml/aliases', '1:1'],
  ['a prototype', '__proto__: { polluted: true }\n', 'yaml/reserved-key', '1:1'],
  ['a nested prototype', 'a: [{ __proto__: { polluted: 1 } }]\n', 'yaml/reserved-key', '1:7'],
]

describe.each(['fleet.yaml', 'world.yaml'])('a hostile %s', (name) => {
  it.each(yamlFaults)('with %s: place, cause, remedy, exit 3', async (_, bytes, code, place) => {
    writeFileSync(at(name), bytes)
    const said = await rehearse()
    expect(said.code).toBe(exitCode.findings)
    expect(said.err).toContain(`${at(name)}:${place}`)
    expect(said.err).toMatch(new RegExp(`:\\d+:\\d+  ${code}  .+\\n    .+`))
    expect(said.err).toContain('nothing was touched')
    expectClear(said)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('that is a folder, or is not there', async () => {
    rmSync(at(name))
    const gone = await rehearse()
    expect([gone.code, gone.err]).toEqual([
      exitCode.findings,
      expect.stringContaining('does not exist'),
    ])
    mkdirSync(at(name))
    const said = await rehearse()
    expect([said.code, said.err]).toEqual([
      exitCode.findings,
      expect.stringContaining('is a folder'),
    ])
    expectClear(said)
    rmSync(at(name), { recursive: true })
  })
})

const worldFaults: readonly (readonly [string, string, string, string, string])[] = [
  ['a mistyped key', 'count: 2', 'cuont: 2', 'world/unknown-key', 'Did you mean count?'],
  ['a missing key', ', count: 2', '', 'world/missing-key', 'Add count; see docs/world.md.'],
  ['a number as version', '"1.32"', '1.32', 'world/wrong-type', 'docs/world.md'],
  ['a patch version', '"1.32"', '"1.32.4"', 'world/invalid-value', 'docs/world.md'],
  [
    'an unknown type',
    'm5.large',
    'm5.larg',
    'world/unknown-instance-type',
    'Did you mean m5.large?',
  ],
  ['no type', 'instanceType: m5.large, ', '', 'world/no-instance-type', 'Add instanceType.'],
  ['a zone of elsewhere', 'zone: a', 'zone: us-east-1a', 'world/unknown-zone', 'eu-west-1a'],
  [
    'a taint without effect',
    'count: 2',
    'count: 2, taints: [a=b]',
    'world/invalid-taint',
    'key=value:Effect',
  ],
  [
    'too many nodes',
    'count: 2',
    'count: 2, maxSize: 1',
    'world/count-out-of-range',
    'minSize <= count',
  ],
  [
    'a time that is none',
    'kind: World',
    'kind: World\nstartAt: soon',
    'world/invalid-value',
    'docs/world.md',
  ],
  [
    'an unknown scenario',
    'manifests: [app.yaml]',
    'workloads: { scenario: seed-web-shp }',
    'world/unknown-scenario',
    'Did you mean seed-web-shop?',
  ],
  [
    'groups that are no JSON',
    'manifests: [app.yaml]',
    'groupsFile: app.yaml',
    'world/groups-file',
    '--output json',
  ],
]

describe('a wrong world file', () => {
  it.each(worldFaults)('with %s', async (_, from, to, code, remedy) => {
    writeFileSync(at('world.yaml'), worldText.replace(from, to))
    const said = await rehearse()
    expect(said.code).toBe(exitCode.findings)
    expect(said.err).toMatch(new RegExp(`world\\.yaml:\\d+:\\d+  ${code}  `))
    expect(said.err).toContain(remedy)
    expectClear(said)
  })

  it('and a wrong fleet file are reported together', async () => {
    writeFileSync(at('world.yaml'), worldText.replace('count: 2', 'cuont: 2'))
    writeFileSync(at('fleet.yaml'), fleetText.replace('maxSize: 20', 'maxSiez: 20'))
    const said = await rehearse()
    expect(said.code).toBe(exitCode.findings)
    expect(said.err).toContain('fleet/unknown-key')
    expect(said.err).toContain('world/unknown-key')
  })

  it.each([
    ['is not there', 'none.yaml', 'does not exist'],
    ['is broken', 'broken.yaml', 'manifest/syntax'],
    ['is a bomb', 'bomb.yaml', 'manifest/aliases'],
    ['is nested too deeply', 'deep.yaml', 'manifest/too-deep'],
    ['is not text', 'binary.yaml', 'manifest/not-utf8'],
  ])('whose manifest %s', async (_, file, cause) => {
    writeFileSync(at('broken.yaml'), 'a: [1\nb: }')
    writeFileSync(at('bomb.yaml'), bomb)
    writeFileSync(at('deep.yaml'), '['.repeat(5_000))
    writeFileSync(at('binary.yaml'), new Uint8Array([0xff]))
    writeFileSync(at('world.yaml'), worldText.replace('app.yaml', file))
    const said = await rehearse()
    expect(said.code).toBe(exitCode.findings)
    expect(said.err).toContain(cause)
    expectClear(said)
  })
})

describe('a fleet file with ten different faults', () => {
  const faults: readonly (readonly [string, string, string])[] = [
    ['kind: Fleet', 'kind: Fleat', 'fleet/unknown-value'],
    ['maxSize: 20', 'maxSiez: 20', 'fleet/unknown-key'],
    ['minSize: 0', 'minSize: 21', 'fleet/min-above-max'],
    ['size: 50', 'size: fifty', 'fleet/wrong-type'],
    ['iops: 3000', 'iops: 3', 'fleet/out-of-range'],
    ['m6g.2xlarge', 'm6g.2xlrage', 'fleet/unknown-instance-type'],
    ['m5.2xlarge', 'c7g.large', 'fleet/architecture-mismatch'],
    ['$(azIndex)-$(capacity)', '$(azIndex)-$(capacty)', 'fleet/unknown-variable'],
    ['LowThresholdPercent: 50', 'LowThresholdPercent: 70', 'fleet/kubelet-refuses'],
    ['soak: 24h', 'soak: 24x', 'fleet/invalid-value'],
  ]

  it('reports all ten, each with place, cause and remedy, and touches nothing', async () => {
    const text = faults.reduce((all, [from, to]) => all.replace(from, to), fleetText)
    writeFileSync(at('fleet.yaml'), text)
    const before = readdirSync(folder).sort()
    const said = await rehearse('--events', at('events.ndjson'))
    expect(said.code).toBe(exitCode.findings)
    for (const [, , code] of faults) {
      const found = new RegExp(`fleet\\.yaml:\\d+:\\d+  ${code}  .{10,}\\n    .{5,}\\n`)
      expect(said.err).toMatch(found)
    }
    expect(said.err).toContain('10 errors')
    expect(said.err).toContain('Did you mean maxSize?')
    expectClear(said)
    expect(readdirSync(folder).sort()).toEqual(before)
  })
})

describe('what the world does not allow', () => {
  const withWorld = (from: string, to: string): void =>
    writeFileSync(at('world.yaml'), worldText.replace(from, to))

  it.each([
    ['a downgrade', '"1.32"', '"1.36"', 'version/'],
    ['a version that EKS does not offer', '', '', 'version/'],
    ['kubelets that would be too old', '"1.32"', '"1.29"', 'version/'],
    [
      'a group that someone else is updating',
      'count: 2',
      'count: 2, instanceRefresh: in-progress',
      'group/instance-refresh-active',
    ],
  ])('%s blocks before anything is changed', async (name, from, to, code) => {
    withWorld(from, to)
    if (name.startsWith('a version')) {
      writeFileSync(at('fleet.yaml'), fleetText.replace('"1.35"', '"1.99"'))
    }
    const said = await rehearse('-o', 'json')
    expect(said.code).toBe(exitCode.blocked)
    const report = JSON.parse(said.out)
    expect(report.result).toBe('blocked')
    expect(report.blocked[0].code).toContain(code)
    expect(report.blocked[0].remedy).not.toBe('')
    expect(report.pods).toMatchObject({ moved: 0, evictionsSent: 0 })
    expect(report.nodes).toEqual({ created: 0, removed: 0 })
    expect(report.stages.every((one: { done: boolean }) => !one.done)).toBe(true)
  })

  it.each([
    ['a cluster that is not in the fleet', 'name: shop', 'name: shp', [], 'Did you mean shop?'],
    ['a cluster that is not in the world', '', '', ['--cluster', 'shopp'], 'Did you mean shop?'],
  ])('%s', async (_, from, to, more, remedy) => {
    withWorld(from, to)
    const said = await rehearse(...more)
    expect(said.code).toBe(exitCode.findings)
    expect(said.err).toContain(remedy)
    expectClear(said)
  })
})

it('leaves no trace in the checkout', () => {
  const status = execFileSync('git', ['status', '--porcelain', 'examples', 'data'], { cwd: root })
  expect(status.toString()).toBe('')
})
