import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DesiredCluster, DesiredFleet } from './desired.ts'
import { loadFleet } from './load-fleet.ts'
import { resolveZones } from './resolve-zones.ts'

const exampleOf = (name: string): string =>
  readFileSync(new URL(`../../examples/${name}/fleet.yaml`, import.meta.url), 'utf8')
const acme = exampleOf('acme')

function desiredOf(bytes: string): DesiredFleet {
  const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes })
  expect(findings).toEqual([])
  if (desired === undefined) throw new Error('the fleet does not load')
  return desired
}

function clusterOf(bytes: string, name: string): DesiredCluster {
  const found = desiredOf(bytes).clusters.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no cluster ${name}`)
  return found
}

const fleet = (body: string, head = ''): string =>
  `apiVersion: regroup.dev/v1alpha1\nkind: Fleet\nmetadata: { name: f }\n${head}${body}`
const oneCluster = 'clusters: [{ names: [c] }]\n'

describe('fifteen clusters of twelve groups', () => {
  const desired = desiredOf(acme)
  const zonesOf = (region: string): string[] => ['a', 'b', 'c'].map((zone) => region + zone)
  const all = desired.clusters.flatMap((cluster) =>
    resolveZones(cluster.nodeGroups, () => zonesOf(cluster.region)).map((group) => ({
      cluster,
      group,
    })),
  )

  it('are 180 node groups with names of their own', () => {
    expect(all).toHaveLength(180)
    expect(new Set(all.map(({ group }) => group.name)).size).toBe(180)
    expect(all.map(({ group }) => group.name)).toContain('us-3-2-on-demand-amd64')
  })

  it('replace variables of the cluster everywhere', () => {
    for (const { cluster, group } of all) {
      expect(group.nodeRole).toBe(`arn:aws:iam::111122223333:role/${cluster.name}-worker-nodes`)
      expect(group.tags).toEqual({ Environment: cluster.name })
      expect(JSON.stringify(group)).not.toContain('$(')
    }
  })

  it('have types, taints and priorities of their architecture and capacity', () => {
    const rows = all
      .filter(({ cluster }) => cluster.name === 'eu-1')
      .map(({ group }) => [
        group.capacityType,
        group.arch,
        group.priority,
        group.minSize,
        group.taints.length,
        group.instanceTypes[0],
        group.labels.lifecycle,
      ])
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set(
        [
          ['SPOT', 'arm64', 40, 1, 1, 'm6g.2xlarge', 'spot'],
          ['SPOT', 'amd64', 30, 1, 0, 'm5.2xlarge', 'spot'],
          ['ON_DEMAND', 'arm64', 10, 0, 1, 'm6g.2xlarge', 'on-demand'],
          ['ON_DEMAND', 'amd64', 10, 0, 0, 'm5.2xlarge', 'on-demand'],
        ].map((row) => JSON.stringify(row)),
      ),
    )
  })

  it('override what a cluster says, and nothing else', () => {
    const sizes = new Map(all.map(({ cluster, group }) => [cluster.name, group.maxSize]))
    expect([sizes.get('dev-2'), sizes.get('eu-1'), sizes.get('batch-1')]).toEqual([4, 20, 100])
    const labels = new Map(all.map(({ cluster, group }) => [cluster.name, group.labels]))
    expect(labels.get('batch-1')).toMatchObject({ team: 'data', lifecycle: 'on-demand' })
    expect(labels.get('eu-1')).toEqual({ lifecycle: 'on-demand' })
    expect(desired.clusters.find((one) => one.name === 'us-1')?.region).toBe('us-east-1')
  })

  it('know where each value stands', () => {
    const lines = acme.split('\n')
    const textAt = (key: string, name: string): string => {
      const place = clusterOf(acme, name).nodeGroups[0]?.origins[key]
      return (lines[(place?.line ?? 0) - 1] ?? '').slice((place?.column ?? 1) - 1)
    }
    expect(textAt('maxSize', 'dev-1')).toMatch(/^4 \}/)
    expect(textAt('maxSize', 'eu-1')).toBe('20')
    expect(textAt('labels.team', 'batch-1')).toMatch(/^data/)
    expect(textAt('priority', 'eu-1')).toMatch(/^40/)
    expect(textAt('capacityType', 'eu-1')).toMatch(/^SPOT/)
    expect(textAt('nodeRole', 'eu-1')).toMatch(/^arn:aws/)
    expect(textAt('kubelet.imageGCLowThresholdPercent', 'eu-1')).toMatch(/^50/)
  })

  it('are plain data that is the same every time', () => {
    expect(JSON.stringify(desiredOf(acme).clusters[0]?.nodeGroups)).toBe(
      JSON.stringify(desired.clusters[0]?.nodeGroups),
    )
    expect(structuredClone(desired)).toEqual(desired)
  })
})

describe('layers', () => {
  const groups = (entry: string, rest = oneCluster): string =>
    fleet(
      `nodeGroups:\n  - ${entry}\n${rest}`,
      'defaults: { labels: { a: d, b: d }, maxSize: 7 }\n',
    )

  it('merge maps, replace lists, remove with null', () => {
    const text = groups(
      '{ name: g-$(az), labels: { b: g, c: g }, instanceTypes: [m5.large, m5.xlarge] }',
      'clusters: [{ names: [c], override: { labels: { a: null }, instanceTypes: [m6i.large] } }]\n',
    )
    const [group] = clusterOf(text, 'c').nodeGroups
    expect(group).toMatchObject({
      labels: { b: 'g', c: 'g' },
      instanceTypes: ['m6i.large'],
      maxSize: 7,
    })
    expect(group?.origins['labels.a']).toBeUndefined()
  })

  it('exclude removes combinations, later includes win, axes keep their order', () => {
    const text = groups(
      '{ name: $(az)-$(capacity)-$(arch), matrix: { arch: [amd64, arm64], capacityType: [SPOT, ON_DEMAND] }, ' +
        'exclude: [{ arch: arm64, capacityType: SPOT }], ' +
        'include: [{ arch: arm64, instanceTypes: [m6g.large] }, { arch: amd64, instanceTypes: [m5.large] }, { priority: 5 }, { capacityType: SPOT, priority: 6 }] }',
    )
    const rows = clusterOf(text, 'c').nodeGroups.map(({ arch, capacityType, priority }) => [
      capacityType,
      arch,
      priority,
    ])
    expect(rows).toEqual([
      ['SPOT', 'amd64', 6],
      ['ON_DEMAND', 'amd64', 5],
      ['ON_DEMAND', 'arm64', 5],
    ])
  })

  it('says every default', () => {
    const [group] = clusterOf(
      groups('{ name: g-$(az) }').replace(/^defaults.*\n/m, ''),
      'c',
    ).nodeGroups
    expect({ ...group, location: undefined, origins: {} }).toEqual({
      name: 'g-$(az)',
      availabilityZone: '*',
      capacityType: 'ON_DEMAND',
      arch: 'amd64',
      instanceTypes: ['t3.medium'],
      amiFamily: 'AmazonLinux2023',
      releaseVersion: 'latest',
      nodeRole: '',
      subnetSelector: {},
      minSize: 0,
      maxSize: 10,
      labels: {},
      taints: [],
      tags: {},
      kubelet: {},
      preBootstrapCommands: [],
      userData: undefined,
      volume: { size: 20, type: 'gp3' },
      ebsOptimized: true,
      updateConfig: undefined,
      priority: 10,
      location: undefined,
      origins: {},
    })
  })

  it('leaves $(...) of scripts to the shell', () => {
    const text = groups('{ name: g-$(az), preBootstrapCommands: ["echo $(arch) $(date)"] }')
    expect(clusterOf(text, 'c').nodeGroups[0]?.preBootstrapCommands).toEqual([
      'echo $(arch) $(date)',
    ])
  })

  it('merges YAML anchors', () => {
    const text = fleet(
      `nodeGroups:\n  - &base { name: a-$(az), maxSize: 3 }\n  - { <<: *base, name: b-$(az) }\n${oneCluster}`,
    )
    expect(clusterOf(text, 'c').nodeGroups.map((one) => [one.name, one.maxSize])).toEqual([
      ['a-$(az)', 3],
      ['b-$(az)', 3],
    ])
  })

  it('knows the zones by name, by letter and by *', () => {
    const zones = ['eu-west-1a', 'eu-west-1b']
    const named = (zone: string): string[] =>
      resolveZones(
        clusterOf(groups(`{ name: g-$(az)-$(azIndex), availabilityZone: "${zone}" }`), 'c')
          .nodeGroups,
        () => zones,
      ).map((one) => one.name)
    expect(named('*')).toEqual(['g-eu-west-1a-0', 'g-eu-west-1b-1'])
    expect(named('b')).toEqual(['g-eu-west-1b-1'])
    expect(named('eu-west-1a')).toEqual(['g-eu-west-1a-0'])
  })
})

/** Line and column of a text in a document. */
function placeOf(text: string, part: string): string {
  const offset = text.indexOf(part)
  const before = text.slice(0, offset).split('\n')
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}

describe('faults', () => {
  it.each<[string, string, string, string, string]>([
    // name, what is replaced, by what, code, where the finding points
    ['a mistyped key', 'maxSize: 20', 'maxSiez: 20', 'fleet/unknown-key', 'maxSiez'],
    ['a mistyped value', '[SPOT, ON', '[SPTO, ON', 'fleet/unknown-value', 'SPTO'],
    ['a wrong type', 'maxSize: 20', 'maxSize: many', 'fleet/wrong-type', 'many'],
    ['an unknown type', 'm6g.2xlarge', 'm6g.2xlrage', 'fleet/unknown-instance-type', 'm6g.2xlrage'],
    [
      'a type of the other architecture',
      'm7g.2xlarge',
      'm5.large',
      'fleet/architecture-mismatch',
      '[m6g',
    ],
    [
      'an unknown variable',
      '$(capacity)-$(arch)',
      '$(capacty)-$(arch)',
      'fleet/unknown-variable',
      '$(cluster)-$(azI',
    ],
    ['a number as version', '"1.35"', '1.35', 'fleet/wrong-type', '1.35'],
    ['a patch version', '"1.35"', '"1.35.2"', 'fleet/invalid-value', '"1.35.2"'],
    ['an ended family', 'AmazonLinux2023', 'AmazonLinux2', 'fleet/al2-ended', 'AmazonLinux2\n'],
    [
      'a reserved label',
      'lifecycle: $(',
      'eks.amazonaws.com/x: $(',
      'fleet/reserved-label',
      '$(capacity) }',
    ],
    [
      'a label with a space',
      'env: prod, tier: batch }, override: { labels: { team: data }',
      'env: prod }, override: { labels: { team: "a b" }',
      'fleet/invalid-label',
      '"a b"',
    ],
    ['min above max by an override', 'maxSize: 4 }', 'maxSize: 0 }', 'fleet/out-of-range', '0 } }'],
    ['min above max of one cluster', 'minSize: 1\n', 'minSize: 5\n', 'fleet/min-above-max', '5\n'],
    [
      'image GC turned around',
      'LowThresholdPercent: 50',
      'LowThresholdPercent: 75',
      'fleet/kubelet-refuses',
      '70, image',
    ],
    [
      'one name for all',
      '$(cluster)-$(azIndex)-$(capacity)-$(arch)',
      'same',
      'fleet/duplicate-name',
      'name: same',
    ],
    [
      'too long a name',
      '$(cluster)-$(azIndex)-$(capacity)',
      '$(cluster)-$(azIndex)-$(capacity)-abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz',
      'fleet/invalid-name',
      '$(cluster)-$(azIndex)',
    ],
    [
      'both kinds of max unavailable',
      'updateConfig: { max',
      'updateConfig: { maxUnavailable: 1, max',
      'fleet/both-max-unavailable',
      '{ maxUnavailable',
    ],
    [
      'a duration without unit',
      'migration:\n',
      'migration:\n  soak: 24\n',
      'fleet/wrong-type',
      '24\n',
    ],
    ...(['Bottlerocket', 'Ubuntu', 'Windows'] as const).map(
      (family): [string, string, string, string, string] => [
        `the family ${family}`,
        'AmazonLinux2023',
        family,
        'fleet/ami-family',
        `${family}\n`,
      ],
    ),
    [
      'a misspelt kubelet field',
      'imageGCLowThresholdPercent: 50',
      'imageGCLowThresholdPercnt: 50',
      'fleet/kubelet-refuses',
      '70, image',
    ],
    [
      'a NodeConfig field that nodeadm drops',
      'ebsOptimized: true',
      'userData: "kind: NodeConfig\\napiVersion: node.eks.aws/v1alpha1\\nspec: {kubelt: {}}"',
      'fleet/node-config',
      '"kind: NodeConfig',
    ],
    ['bad user data', 'ebsOptimized: true', 'userData: hello', 'fleet/user-data', 'hello'],
    ['a missing key', 'kind: Fleet\n', '', 'fleet/missing-key', 'apiVersion'],
    [
      'a duplicate key',
      'kind: Fleet\n',
      'kind: Fleet\nkind: Fleet\n',
      'yaml/duplicate-key',
      'kind: Fleet\nmetadata',
    ],
    [
      'a prototype',
      'labels: { lifecycle',
      'labels: { __proto__: x, lifecycle',
      'yaml/reserved-key',
      '__proto__',
    ],
    ['a tab', '  region', '\tregion', 'yaml/syntax', '\tregion'],
  ])('%s: the code, the place and a remedy', (_, from, to, code, at) => {
    const bytes = acme.replace(from, to)
    expect(bytes).not.toBe(acme)
    const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes })
    expect(desired).toBeUndefined()
    const found = findings.find((one) => one.code === code)
    expect(findings.map((one) => one.code)).toContain(code)
    expect(`${found?.location?.line}:${found?.location?.column}`).toBe(placeOf(bytes, at))
    expect(found?.remedy).not.toBe('')
  })

  it('tells those of the structure and those of the meaning in one run', () => {
    const bytes = acme
      .replace('maxSize: 20', 'maxSiez: 20')
      .replace('minSize: 1\n', 'minSize: 50\n')
      .replace('effect: NO_SCHEDULE', 'effect: NO_SCHEDLE')
      .replace('m5.2xlarge', 'm5.3xlarge')
      .replace('LowThresholdPercent: 50', 'LowThresholdPercent: 90')
      .replace('region: us-east-1', 'region: 5')
    const { findings } = loadFleet({ file: 'fleet.yaml', bytes })
    expect(findings.map((one) => one.code).sort()).toEqual([
      'fleet/kubelet-refuses',
      'fleet/min-above-max',
      'fleet/unknown-instance-type',
      'fleet/unknown-key',
      'fleet/unknown-value',
      'fleet/wrong-type',
    ])
  })

  it('suggests words of the same place only', () => {
    const remedyOf = (from: string, to: string): string | undefined =>
      loadFleet({ file: 'f', bytes: acme.replace(from, to) }).findings.find(({ code }) =>
        code.includes('unknown'),
      )?.remedy
    expect(remedyOf('maxSize: 20', 'maxSiez: 20')).toBe('Did you mean maxSize?')
    expect(remedyOf('SPOT, ON_DEMAND', 'SPOT, ONDEMAND')).toBe('Did you mean ON_DEMAND?')
    expect(remedyOf('m6g.2xlarge', 'm6g.2xlrage')).toBe('Did you mean m6g.2xlarge?')
    expect(remedyOf('enabled: true', 'enabld: true')).toBe('Did you mean enabled?')
    expect(remedyOf('enabled: true', 'matrix: true')).toContain('there may be enabled')
  })

  it('tells what this release does not use as a warning', () => {
    const bytes = `${acme}rollout: { maxFailures: 1 }\n`
    const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes })
    expect(findings.map((one) => [one.code, one.severity])).toEqual([['fleet/not-used', 'warning']])
    expect(desired).toBeDefined()
  })
})

it('loads the example to start from without a finding', () => {
  expect(desiredOf(exampleOf('seed-web-shop')).clusters.map((one) => one.name)).toEqual(['shop'])
})
