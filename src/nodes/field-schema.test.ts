import { describe, expect, it } from 'vitest'
import { isReleaseBefore } from './ami-release.ts'
import { bottlerocketFaults } from './bottlerocket-user-data.ts'
import { kubeletFieldFaults } from './kubelet-faults.ts'
import { evaluateMaxPods } from './max-pods-expression.ts'
import { nodeConfigFaults } from './node-config.ts'
import { eksTomlFaults, parseToml, renderToml } from './toml.ts'

describe('KubeletConfiguration', () => {
  it.each([
    ['a known field', { maxPods: 58 }, []],
    ['a misspelt field', { maxPod: 58 }, ['maxPod is not a known field; did you mean maxPods?']],
    ['another type', { maxPods: '58' }, ['maxPods must be a whole number, not "58"']],
    ['below the range', { maxPods: 0 }, ['maxPods must be at least 1, not 0']],
    [
      'above the range',
      { imageGCHighThresholdPercent: 101 },
      ['imageGCHighThresholdPercent must be at most 100, not 101'],
    ],
    [
      'not one of',
      { topologyManagerPolicy: 'bestEffort' },
      [
        'topologyManagerPolicy must be one of none, best-effort, restricted, single-numa-node, not "bestEffort"',
      ],
    ],
    [
      'no duration',
      { shutdownGracePeriod: '30 seconds' },
      ['shutdownGracePeriod must be a duration such as 1m30s, not "30 seconds"'],
    ],
    [
      'no quantity',
      { kubeReserved: { cpu: 'half' } },
      ['kubeReserved.cpu must be a quantity such as 500m or 1Gi, not "half"'],
    ],
    [
      'an effect of the EKS API',
      { registerWithTaints: [{ key: 'a', effect: 'NO_SCHEDULE' }] },
      [
        'registerWithTaints[0].effect must be one of NoSchedule, PreferNoSchedule, NoExecute, not "NO_SCHEDULE"',
      ],
    ],
    [
      'thresholds that meet',
      { imageGCLowThresholdPercent: 85 },
      ['imageGCLowThresholdPercent 85 must be below imageGCHighThresholdPercent 85'],
    ],
    [
      'a soft threshold without grace',
      { evictionSoft: { 'memory.available': '5%' } },
      ['evictionSoft memory.available needs an evictionSoftGracePeriod'],
    ],
    [
      'reserved CPUs beside a cgroup',
      { reservedSystemCPUs: '0', kubeReservedCgroup: '/kube' },
      ['kubeReservedCgroup excludes reservedSystemCPUs'],
    ],
    ['a key of every object', { constructor: 1 }, ['constructor is not a known field']],
  ])('%s', (_, config, messages) => {
    expect(kubeletFieldFaults(config).map(({ message }) => message)).toEqual(messages)
  })
})

/** A field of NodeConfig, and the first release that reads it. */
const fieldsByRelease: readonly (readonly [string, string])[] = [
  ['featureGates: {InstanceIdNodeName: true}', '20240424'],
  ['containerd: {baseRuntimeSpec: {process: {}}}', '20240615'],
  ['instance: {localStorage: {strategy: RAID10}}', '20250228'],
  ['instance: {localStorage: {mountPath: /mnt}}', '20250620'],
  ['instance: {localStorage: {disabledMounts: [PodLogs]}}', '20250620'],
  ['featureGates: {FastImagePull: true}', '20250821'],
  ['kubelet: {maxPodsExpression: max_pods}', '20251007'],
  ['instance: {environment: {default: {A: b}}}', '20251007'],
  ['instance: {network: {domains: [a]}}', '20251217'],
]
const config = (spec: string): string =>
  `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {${spec}}\n`

describe('NodeConfig', () => {
  it.each(fieldsByRelease)('%s is read from v%s on', (spec, since) => {
    const before = `1.31.0-${Number(since) - 1}`
    expect(nodeConfigFaults(config(spec), { release: `1.31.0-${since}` })).toEqual([])
    expect(nodeConfigFaults(config(spec))).toEqual([])
    expect(nodeConfigFaults(config(spec), { release: before })).toEqual([
      expect.objectContaining({ kind: 'too-new', message: expect.stringContaining(`v${since}`) }),
    ])
  })

  it.each([
    ['the gate of SOCI by its older name', 'featureGates: {FastImagePul: true}', 'FastImagePull'],
    ['a section', 'kubelt: {}', 'kubelet'],
    [
      'a kubelet field',
      'kubelet: {config: {imageGCHighThresholdPercnt: 1}}',
      'imageGCHighThresholdPercent',
    ],
  ])('%s is found with the nearest name', (_, spec, suggestion) => {
    expect(nodeConfigFaults(config(spec))).toEqual([
      expect.objectContaining({ kind: 'unknown-field', suggestion }),
    ])
  })

  it('says once what is wrong with a kubelet field', () => {
    const spec = 'kubelet: {config: {maxPods: many}}'
    expect(nodeConfigFaults(config(spec)).map(({ path }) => path)).toEqual([
      'spec.kubelet.config.maxPods',
    ])
  })

  it('must be a map with a kind', () => {
    expect(nodeConfigFaults('- a')).toHaveLength(1)
    expect(nodeConfigFaults('spec: {}').map(({ path }) => path)).toEqual(['apiVersion', 'kind'])
  })
})

describe('Bottlerocket settings', () => {
  it.each([
    ['nothing', '', []],
    [
      'max-pods as a text',
      '[settings.kubernetes]\nmax-pods = "100"',
      ['settings.kubernetes.max-pods'],
    ],
    ['a percentage as a text', '[settings.kubernetes]\nimage-gc-high-threshold-percent = "70"', []],
    ['an unknown key', '[settings.kubernetes]\nmax-pod = 1', ['settings.kubernetes.max-pod']],
    ['an unknown table', '[settings.kubernets]\n', ['settings.kubernets']],
    [
      'a taint without effect',
      '[settings.kubernetes.node-taints]\na = "b"',
      ['settings.kubernetes.node-taints.a'],
    ],
    ['no TOML', '[settings', ['']],
    ['a table twice', '[settings.kubernetes]\n[settings.kubernetes]\n', ['']],
  ])('%s', (_, text, paths) => {
    expect(bottlerocketFaults(text).map(({ path }) => path)).toEqual(paths)
  })
})

describe("TOML that EKS's merge refuses", () => {
  it.each([
    ['a header with a quoted key', '[a."b.c"]\nd = 1', 1],
    ['a quote in a quoted key', '"a\\"b" = 1', 1],
    ['an escaped quote in a value', 'a = "b\\"c"', 1],
    ['integers beside floats', 'a = [1, 2.0]', 0],
    ['mixed types', 'a = [1, "b"]', 0],
  ])('%s', (_, text, line) => {
    expect(parseToml(text)).toHaveProperty('document')
    expect(eksTomlFaults(text)).toEqual([expect.objectContaining({ line })])
  })

  it.each([
    ['quoted keys in a table', '[a]\n"b.c" = "d"'],
    ['a literal string with quotes', `a = 'b"c'`],
    ['lists of one type', 'a = [[1, 2], [3]]\nb = ["c"]'],
    ['tables in a list', '[[a]]\nb = 1\n[[a]]\nc = "d"'],
    ['a comment with an escaped quote', '# \\"'],
  ])('but not %s', (_, text) => {
    expect(eksTomlFaults(text)).toEqual([])
  })

  it('needs no escapes for texts with quotes or backslashes', () => {
    expect(renderToml({ a: 'b"c\\', d: "it's" })).toBe(`a = 'b"c\\'\nd = "it's"\n`)
  })
})

describe('the order of releases', () => {
  it.each([
    ['1.35.6-20260714', 'v20260715', true],
    ['1.35.6-20260714', 'v20260714', false],
    ['v20240423', 'v20240424', true],
    ['1.45.9', '1.46.0', true],
    ['1.46.0-431fe75a', '1.46.0', false],
    ['1.9.0', '1.10.0', true],
    ['ami-0123456789', 'v20260715', false],
    ['1.45.0', 'v20240424', false],
  ])('%s before %s: %s', (one, other, isBefore) => {
    expect(isReleaseBefore(one, other)).toBe(isBefore)
  })
})

describe('maxPodsExpression', () => {
  const variables = { default_enis: 4, ips_per_eni: 15, max_pods: 58 }
  it.each([
    ['max_pods', 58],
    ['(default_enis - 1) * (ips_per_eni - 1) + 2', 44],
    ['default_enis * ((ips_per_eni - 1) * 16) + 2', 898],
    ['max_pods > 50 ? 50 : max_pods', 50],
    ['7 / 2 - -1', 4],
    ['1 / 0', undefined],
    ['pods', undefined],
    ['1 +', undefined],
    ['(1', undefined],
    ['1 2', undefined],
    ['max_pods > 1', undefined],
    ['', undefined],
  ])('%s', (expression, value) => {
    expect(evaluateMaxPods(expression, variables)).toBe(value)
  })
})
