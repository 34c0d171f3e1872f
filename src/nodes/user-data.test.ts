import { readFileSync } from 'node:fs'
import { parse as parseTomlText } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import vectors from '../../data/userdata-vectors.json' with { type: 'json' }
import { amiFamilies } from './ami-parameters.ts'
import type { Bootstrap, ClusterFacts } from './bootstrap.ts'
import { bootstrapFaults } from './bootstrap-faults.ts'
import { bottlerocketFaults } from './bottlerocket-user-data.ts'
import { clusterDnsIp } from './cluster-dns.ts'
import { convertUserData } from './convert/convert-user-data.ts'
import { kubeReservedMemoryMi } from './kubelet-numbers.ts'
import { evaluateMaxPods } from './max-pods-expression.ts'
import { mimeFaults, parseMime, renderMime } from './mime.ts'
import { nodeConfigFaults } from './node-config.ts'
import { eksTomlFaults } from './toml.ts'
import { parseBootstrap, parseUserData, renderUserData } from './user-data.ts'
import { userDataGauge } from './user-data-size.ts'
import { finalUserData, joinUserData, partsOf } from './user-parts.ts'

interface Vector {
  readonly id: string
  readonly family: string
  readonly title: string
  readonly input: Readonly<Record<string, unknown>>
}

const cluster: ClusterFacts = {
  name: 'demo',
  endpoint: 'https://EXAMPLE.gr7.eu-west-1.eks.amazonaws.com',
  certificateAuthority: 'Zm9vYmFy',
  serviceCidr: '10.100.0.0/16',
}
const ipv6 = { ...cluster, serviceCidr: 'fd00:1234::/108' }
const merged: Bootstrap = { cluster: undefined, labels: {}, taints: [], kubelet: {} }
const custom: Bootstrap = { ...merged, cluster }
const families = amiFamilies
const nodeConfig = (spec: string, version = 'v1alpha1'): string =>
  `apiVersion: node.eks.aws/${version}\nkind: NodeConfig\nspec:\n${spec}`
const script = '#!/bin/bash\necho "theirs"\n'
const configType = 'application/node.eks.aws'
const theirMime = renderMime([
  { contentType: 'text/x-shellscript', body: script },
  { contentType: configType, body: nodeConfig('  kubelet: {}\n') },
])

/** The spec of the only NodeConfig part. */
function specOf(text: string) {
  const parts = (parseMime(text) ?? []).filter((part) => part.contentType === configType)
  expect(parts).toHaveLength(1)
  const document = parse(parts[0]?.body ?? '')
  expect(document).toMatchObject({ apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig' })
  expect(nodeConfigFaults(parts[0]?.body ?? '')).toEqual([])
  return document.spec
}

const count = (text: string, part: string): number => text.split(part).length - 1

/** What each vector of the catalogue demands; the title and the input stand in the table. */
const checks: Readonly<Record<string, (vector: Vector) => void>> = {
  V01: () => expect(renderUserData('AmazonLinux2', merged)).toBe(''),
  V02: ({ input }) => {
    const preBootstrapCommands = input.preScripts as string[]
    const text = renderUserData('AmazonLinux2', { ...merged, preBootstrapCommands })
    expect(parseMime(text)?.map((part) => part.contentType)).toEqual([
      'text/x-shellscript; charset="us-ascii"',
    ])
    expect(text).toContain('echo pre')
    expect(text).not.toContain('bootstrap.sh')
  },
  V03: ({ input }) => {
    const { labels, taints } = input as Pick<Bootstrap, 'labels' | 'taints'>
    const text = renderUserData('AmazonLinux2', { ...custom, labels, taints })
    expect(count(text, '/etc/eks/bootstrap.sh')).toBe(1)
    expect(text).toContain('--node-labels=a=1,b=2 ')
    expect(count(text, '--register-with-taints')).toBe(1)
    expect(text).toContain("--dns-cluster-ip '10.100.0.10'")
  },
  V04: () => {
    const text = renderUserData('AmazonLinux2', { ...custom, cluster: ipv6 })
    expect(text).toContain("--ip-family 'ipv6'")
    expect(text).toContain("--service-ipv6-cidr 'fd00:1234::/108'")
  },
  V05: ({ input }) => {
    const text = renderUserData('AmazonLinux2', { ...custom, kubelet: { maxPods: input.maxPods } })
    expect(text).toContain("--use-max-pods 'false'")
    expect(text).toContain("--kubelet-extra-args '--max-pods=110'")
  },
  V06: () => {
    const text = renderUserData('AmazonLinux2', { ...custom, localStorage: 'RAID0' })
    expect(text).toContain("--local-disks 'raid0'")
  },
  V07: () => {
    const kubelet = { shutdownGracePeriod: '30s' }
    for (const one of [custom, merged]) {
      const text = renderUserData('AmazonLinux2', { ...one, kubelet })
      expect(text).toContain('{"shutdownGracePeriod":"30s"}')
      expect(parseBootstrap('AmazonLinux2', text)?.kubelet).toEqual(kubelet)
    }
    const lost = { clusterDNS: ['10.100.0.10'] }
    expect(bootstrapFaults('AmazonLinux2', { ...custom, kubelet: lost })).toHaveLength(1)
  },
  V08: () => expect(renderUserData('AmazonLinux2023', merged)).toBe(''),
  V09: ({ input }) => {
    const kubelet = input.kubelet as Bootstrap['kubelet']
    const spec = specOf(renderUserData('AmazonLinux2023', { ...merged, kubelet }))
    expect(spec).toEqual({ kubelet: { config: kubelet } })
  },
  V10: () => {
    expect(specOf(renderUserData('AmazonLinux2023', custom)).cluster).toEqual({
      name: 'demo',
      apiServerEndpoint: cluster.endpoint,
      certificateAuthority: cluster.certificateAuthority,
      cidr: '10.100.0.0/16',
    })
    const without = { ...custom, cluster: { ...cluster, serviceCidr: '' } }
    expect(bootstrapFaults('AmazonLinux2023', without).join()).toContain('service CIDR')
  },
  V11: () => {
    const spec = specOf(renderUserData('AmazonLinux2023', { ...custom, cluster: ipv6 }))
    expect(spec.cluster.cidr).toBe('fd00:1234::/108')
    expect(clusterDnsIp('fd00:1234::/108')).toBe('fd00:1234::a')
  },
  V12: ({ input }) => expectJoined(theirMime, input.kubelet as Bootstrap['kubelet']),
  V13: () => {
    const text = nodeConfig('  kubelet: {}\n')
    expect(partsOf(text)).toEqual({ parts: [{ contentType: configType, body: text }] })
  },
  V14: () => {
    expect(partsOf(script)).toEqual({
      parts: [{ contentType: 'text/x-shellscript; charset="us-ascii"', body: script }],
    })
  },
  V15: () => {
    const [version = '', type = '', ...rest] = theirMime.split('\n')
    expectJoined([type, version, ...rest].join('\n'), { maxPods: 58 })
  },
  V16: () => {
    const lines = theirMime.split('\n')
    const wrong = lines.filter((line, index) => line !== '' || lines[index + 1] !== '#!/bin/bash')
    expect(partsOf(wrong.join('\n'))).toEqual({ faults: [expect.objectContaining({ line: 6 })] })
  },
  V17: () => {
    const body = (maxPods: number, flags: string[]): string =>
      nodeConfig(`  kubelet: ${JSON.stringify({ config: { maxPods }, flags })}\n`)
    const text = renderMime([
      {
        contentType: configType,
        body: body(120, ['--v=2', '--node-labels=foo=bar,nodegroup=test']),
      },
      { contentType: configType, body: body(150, ['--v=5', '--node-labels=foo=baz']) },
    ])
    expect(parseUserData(text)).toMatchObject({
      kubelet: { maxPods: 150 },
      labels: { foo: 'baz', nodegroup: 'test' },
    })
  },
  V18: () => {
    const text = nodeConfig('  cluster:\n    clusterEndpoint: https://x\n')
    expect(nodeConfigFaults(text)).toEqual([
      {
        kind: 'unknown-field',
        path: 'spec.cluster.clusterEndpoint',
        message:
          'spec.cluster.clusterEndpoint is not a known field; did you mean apiServerEndpoint?',
        suggestion: 'apiServerEndpoint',
      },
    ])
  },
  V19: () => {
    const text = nodeConfig('  kubelet: {}\n', 'v1alpha')
    expect(nodeConfigFaults(text)).toHaveLength(1)
    expect(parseUserData(text)).toBeUndefined()
  },
  V20: ({ input }) => {
    const taints = input.taints as Bootstrap['taints']
    for (const family of families) {
      const found = parseUserData(renderUserData(family, { ...custom, taints }))?.taints
      expect(new Set(found)).toEqual(new Set(taints))
    }
    const { kubernetes = {} } = settingsOf(renderUserData('Bottlerocket', { ...custom, taints }))
    expect(kubernetes['node-taints']?.a).toEqual(['1:NoSchedule', '1:NoExecute'])
  },
  V21: ({ input }) => {
    const taints = input.taints as Bootstrap['taints']
    expect(renderUserData('AmazonLinux2', { ...custom, taints })).toContain('k=:NoSchedule')
    const { kubelet } = specOf(renderUserData('AmazonLinux2023', { ...custom, taints }))
    expect(kubelet.config.registerWithTaints).toEqual([{ key: 'k', effect: 'NoSchedule' }])
    const { kubernetes = {} } = settingsOf(renderUserData('Bottlerocket', { ...custom, taints }))
    expect(kubernetes['node-taints']).toEqual({ k: [':NoSchedule'] })
  },
  V22: ({ input }) => {
    const spec = specOf(renderUserData('AmazonLinux2023', { ...merged, localStorage: 'RAID0' }))
    expect(spec.instance.localStorage.strategy).toBe('RAID0')
    const binds = (input.bottlerocketVersion as string[]).map((release) => {
      const storage = { ...merged, localStorage: 'RAID0' as const }
      const settings = settingsOf(renderUserData('Bottlerocket', storage, { release }))
      const [[name, command]] = Object.entries(settings['bootstrap-commands'] ?? {}) as unknown as [
        [string, { commands: string[][] }],
      ]
      expect(name).toMatch(/^000-/)
      return command.commands[1]?.includes('--dirs')
    })
    expect(binds).toEqual([true, false])
  },
  V23: ({ input }) => {
    const labels = input.labels as Bootstrap['labels']
    expect(renderUserData('Bottlerocket', { ...merged, labels })).toBe('')
    const kubelet = { maxPods: 58 }
    const text = renderUserData('Bottlerocket', { ...merged, labels, kubelet })
    expect(text).toBe('[settings.kubernetes]\nmax-pods = 58\n')
  },
  V24: ({ input }) => {
    const labels = input.labels as Bootstrap['labels']
    const text = renderUserData('Bottlerocket', { ...custom, labels })
    expect(text).toContain('[settings.kubernetes.node-labels]\n"example.com/tier" = "x"\n')
    expect(text).not.toMatch(/^\[.*".*\]/m)
    expect(eksTomlFaults(text)).toEqual([])
  },
  V25: () => {
    const settings = { kernel: { lockdown: 'integrity' } }
    const text = renderUserData('Bottlerocket', { ...custom, labels: { a: '1' }, settings })
    expect(count(text, '[settings.kubernetes]')).toBe(1)
    expect(text.indexOf('[settings.kernel]')).toBeGreaterThan(text.lastIndexOf('.node-labels]'))
    expect(settingsOf(text).kernel).toEqual({ lockdown: 'integrity' })
  },
  V26: ({ input }) => {
    expect(bottlerocketFaults(String(input.userData))).toHaveLength(1)
    expect(bottlerocketFaults(script)).toHaveLength(1)
  },
  V27: ({ input }) => {
    const kubelet = { clusterDNS: input.clusterDns }
    for (const one of [custom, merged]) {
      const { kubernetes = {} } = settingsOf(renderUserData('Bottlerocket', { ...one, kubelet }))
      expect(kubernetes['cluster-dns-ip']).toEqual(input.clusterDns)
    }
  },
  V28: ({ input }) => {
    const toml = String(input.toml)
    expect(bottlerocketFaults(toml)).toEqual([])
    expect(bottlerocketFaults(toml, { isMerged: true })).toEqual([
      expect.objectContaining({ path: 'settings.kubernetes.cluster-name' }),
    ])
  },
  V29: ({ input }) => {
    const kubelet = input.kubelet as Bootstrap['kubelet']
    const text = renderUserData('Bottlerocket', { ...merged, kubelet })
    expect(text).toContain('image-gc-high-threshold-percent = 70\n')
    expect(text).toContain('image-gc-low-threshold-percent = 50\n')
  },
  V30: ({ input }) => {
    const preBootstrapCommands = input.preScripts as string[]
    const text = renderUserData('Windows', { ...merged, preBootstrapCommands })
    expect(count(text, '<powershell>')).toBe(1)
    expect(text).toContain('\nWrite-Host pre\n')
    expect(text).not.toContain('Start-EKSBootstrap')
  },
  V31: () => {
    const facts = { ...cluster, serviceCidr: '172.16.0.0/16' }
    const text = renderUserData('Windows', { ...custom, cluster: facts })
    expect(text).toContain("-ServiceCIDR '172.16.0.0/16'")
    expect(count(text, 'Start-EKSBootstrap.ps1')).toBe(1)
  },
  V32: () => {
    const kubelet = { imageGCLowThresholdPercent: 50, imageGCHighThresholdPercent: 70 }
    const turned = { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50 }
    const one: Bootstrap = { ...custom, kubelet, labels: { b: '2', a: '1' } }
    const other: Bootstrap = { ...custom, kubelet: turned, labels: { a: '1', b: '2' } }
    for (const family of families) {
      expect(renderUserData(family, one)).toBe(renderUserData(family, other))
    }
  },
  V33: ({ input }) => {
    for (const [key, value] of Object.entries(input.labels as Record<string, string>)) {
      const faults = bootstrapFaults('AmazonLinux2', { ...custom, labels: { [key]: value } })
      expect(faults).toHaveLength(1)
    }
  },
  V34: ({ input }) => {
    const faults = bootstrapFaults('AmazonLinux2023', {
      ...custom,
      labels: input.labels as Bootstrap['labels'],
    })
    expect(faults).toEqual([expect.stringContaining('node-role.kubernetes.io/x')])
  },
  V35: ({ input }) => {
    const sizes = (input.rawBytes as number[]).map(
      (bytes) => userDataGauge('x'.repeat(bytes)).verdict,
    )
    expect(sizes).toEqual(['fits', 'warning', 'warning', 'error'])
  },
  V36: () => {
    const body = `${script}cat <<X\n--//\n--//--\nX\n`
    const text = renderMime([{ contentType: 'text/x-shellscript', body }])
    expect(text).not.toContain('boundary="//"')
    expect(parseMime(text)).toEqual([{ contentType: 'text/x-shellscript', body }])
    expect(renderMime([{ contentType: 'text/x-shellscript', body }])).toBe(text)
  },
  V37: ({ input }) => {
    const kubelet = input.kubelet as Bootstrap['kubelet']
    expect(bootstrapFaults('AmazonLinux2023', { ...merged, kubelet }).join()).toContain('below')
  },
  V38: ({ input }) => {
    const kubelet = input.kubelet as Bootstrap['kubelet']
    const spec = specOf(renderUserData('AmazonLinux2023', { ...merged, kubelet }))
    expect(spec.kubelet.config).toMatchObject({ kubeReservedCgroup: '', systemReservedCgroup: '' })
  },
  V39: ({ input }) => {
    const pods = evaluateMaxPods(String(input.maxPodsExpression), {
      default_enis: Number(input.enis),
      ips_per_eni: Number(input.ipv4PerEni),
      max_pods: 58,
    })
    expect(pods).toBe(44)
    expect(kubeReservedMemoryMi(pods ?? 0)).toBe(739)
    const maxPodsExpression = String(input.maxPodsExpression)
    const spec = specOf(renderUserData('AmazonLinux2023', { ...merged, maxPodsExpression }))
    expect(spec.kubelet).toEqual({ maxPodsExpression })
  },
  V40: ({ input }) => {
    expect((input.cidrs as string[]).map(clusterDnsIp)).toEqual([
      '10.100.0.10',
      '172.16.0.10',
      '10.0.0.10',
    ])
  },
  V41: ({ input }) => {
    const theirs = String(input.userData)
    expect(finalUserData(theirs, renderUserData('AmazonLinux2023', custom), true)).toBe(theirs)
  },
  V42: ({ input }) => {
    const { findings, lines, userData } = convertedStory(input.vars as Record<string, string>)
    const { labels, taints, kubelet } = parseBootstrap('AmazonLinux2023', userData) ?? {}
    expect(kubelet).toEqual({ imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50 })
    expect(labels).toEqual({ lifecycle: 'spot' })
    expect(taints).toEqual([{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }])
    // The script names no version of Kubernetes: SEED-01 is for `check`. SEED-02, -03, and the four of -04.
    expect(findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'convert/al2-ended',
        'convert/dns-guessed',
        'convert/edit-needs-lines',
        'convert/edit-needs-comma',
        'convert/edit-half-applied',
        'convert/edit-file-absent',
      ]),
    )
    expect(lines.filter(({ verdict }) => verdict === 'blocking')).toEqual([])
    expect(userData).toBe(
      renderUserData('AmazonLinux2023', {
        ...custom,
        labels: { lifecycle: 'spot' },
        taints: [{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }],
        kubelet: { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50 },
      }),
    )
  },
}

/** Tables and values alike: what is asked for must be there. */
interface Table {
  readonly [key: string]: Table
}

/** The settings of a TOML document that Bottlerocket would accept. */
function settingsOf(text: string) {
  expect(bottlerocketFaults(text)).toEqual([])
  return parseTomlText(text).settings as unknown as Table
}

/** The script of the migration story with its variables filled, and the range that it leaves out. */
function convertedStory(vars: Readonly<Record<string, string>>) {
  const url = new URL('../../test/fixtures/user-data/s01-sed-guards.sh.tpl', import.meta.url)
  const values: Readonly<Record<string, string>> = {
    ...vars,
    cluster_auth_base64: cluster.certificateAuthority,
    cluster_name: cluster.name,
    endpoint: cluster.endpoint,
  }
  const text = readFileSync(url, 'utf8').replaceAll(
    /\$\{(\w+)\}/g,
    (all, name: string) => values[name] ?? all,
  )
  const { serviceCidr } = cluster
  return convertUserData(text, { target: 'AmazonLinux2023', file: 'user-data.sh', serviceCidr })
}

function expectJoined(theirs: string, kubelet: Bootstrap['kubelet']): void {
  const ours = renderUserData('AmazonLinux2023', { ...merged, kubelet })
  const text = joinUserData(theirs, ours)
  expect(parseMime(text)?.map((part) => part.contentType)).toEqual([
    'text/x-shellscript',
    configType,
    configType,
  ])
  expect(mimeFaults(text)).toEqual([])
  expect(count(text, '\n--//--\n')).toBe(1)
  expect(parseUserData(text)?.kubelet).toEqual(kubelet)
}

const rows = vectors.rows as readonly Vector[]

describe('the catalogue of user data', () => {
  it.each(rows)('$id $title', (row) => {
    const check = checks[row.id]
    if (check === undefined) throw new Error(`nothing checks ${row.id}`)
    check(row)
  })

  it('has no check without a row', () => {
    const ids = new Set(rows.map((row) => row.id))
    expect(Object.keys(checks).filter((id) => !ids.has(id))).toEqual([])
  })
})

describe('the script of the migration story, as Terraform renders it', () => {
  const told = parseBootstrap(
    'AmazonLinux2',
    [
      '#!/bin/bash -xe',
      "/etc/eks/bootstrap.sh --b64-cluster-ca 'Zm9v' --apiserver-endpoint 'https://x' \\",
      `  --kubelet-extra-args '--node-labels=lifecycle="spot" --register-with-taints="arch=arm64:NoSchedule"' \\`,
      '  demo',
    ].join('\n'),
  )

  it('names its label and its taint, and leaves the service range open', () => {
    expect(told?.labels).toEqual({ lifecycle: 'spot' })
    expect(told?.taints).toEqual([{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }])
    expect(told?.cluster?.serviceCidr).toBe('')
  })

  it('becomes the NodeConfig of the reference', () => {
    const { labels = {}, taints = [] } = told ?? {}
    const kubelet = { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50 }
    const bootstrap = { ...custom, labels, taints, kubelet }
    expect(specOf(renderUserData('AmazonLinux2023', bootstrap)).kubelet).toEqual({
      config: {
        ...kubelet,
        registerWithTaints: [{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }],
      },
      flags: ['--node-labels=lifecycle=spot'],
    })
  })
})

describe('reading what was rendered', () => {
  const told: Bootstrap = {
    ...custom,
    labels: { lifecycle: 'spot', 'example.com/tier': 'x' },
    taints: [{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }],
    kubelet: { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50, maxPods: 58 },
  }

  it.each(families)('gives the same labels, taints and numbers for %s', (family) => {
    const { labels, taints, kubelet } = told
    expect(parseUserData(renderUserData(family, told))).toMatchObject({ labels, taints, kubelet })
  })

  it.each(families)('finds no fault in a sound bootstrap for %s', (family) => {
    const { maxPods, ...kubelet } = told.kubelet
    const sound = family === 'Ubuntu' ? { ...told, kubelet } : told
    expect(bootstrapFaults(family, sound)).toEqual([])
  })

  it('does not take a comment for a bootstrap call', () => {
    expect(parseUserData('#!/bin/bash\n# /etc/eks/bootstrap.sh demo\n')).toBeUndefined()
  })
})

describe('cluster facts', () => {
  it.each([
    ['name', { name: 'a; rm' }],
    ['endpoint', { endpoint: 'http://x' }],
    ['certificate authority', { certificateAuthority: '<base64>' }],
    ['certificate authority', { certificateAuthority: '' }],
    ['service CIDR', { serviceCidr: '10.100.0.0' }],
  ])('a wrong %s is a fault', (what, facts) => {
    const faults = bootstrapFaults('AmazonLinux2023', {
      ...custom,
      cluster: { ...cluster, ...facts },
    })
    expect(faults).toEqual([expect.stringContaining(what)])
  })
})
