import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import vectors from '../../data/userdata-vectors.json' with { type: 'json' }
import type { AmiFamily } from './ami-parameters.ts'
import type { Bootstrap, ClusterFacts } from './bootstrap.ts'
import { bootstrapFaults, userDataSize } from './bootstrap-faults.ts'
import { clusterDnsIp } from './cluster-dns.ts'
import { mimeFaults, parseMime, renderMime } from './mime.ts'
import { nodeConfigFaults } from './node-config.ts'
import { parseUserData, renderUserData } from './user-data.ts'
import { joinUserData, partsOf } from './user-parts.ts'

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
const families: readonly AmiFamily[] = ['AmazonLinux2', 'AmazonLinux2023']
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
      expect(renderUserData('AmazonLinux2', { ...one, kubelet })).toContain(
        '."shutdownGracePeriod" = "30s"',
      )
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
    expect(nodeConfigFaults(text)).toEqual(['nodeadm does not know spec.cluster.clusterEndpoint'])
  },
  V19: () => {
    const text = nodeConfig('  kubelet: {}\n', 'v1alpha')
    expect(nodeConfigFaults(text)).toHaveLength(1)
    expect(parseUserData(text)).toBeUndefined()
  },
  V20: ({ input }) => {
    const taints = input.taints as Bootstrap['taints']
    for (const family of families) {
      expect(parseUserData(renderUserData(family, { ...custom, taints }))?.taints).toEqual(taints)
    }
  },
  V21: ({ input }) => {
    const taints = input.taints as Bootstrap['taints']
    expect(renderUserData('AmazonLinux2', { ...custom, taints })).toContain('k=:NoSchedule')
    const { kubelet } = specOf(renderUserData('AmazonLinux2023', { ...custom, taints }))
    expect(kubelet.config.registerWithTaints).toEqual([{ key: 'k', effect: 'NoSchedule' }])
  },
  V22: () => {
    const spec = specOf(renderUserData('AmazonLinux2023', { ...merged, localStorage: 'RAID0' }))
    expect(spec.instance.localStorage.strategy).toBe('RAID0')
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
    const sizes = (input.rawBytes as number[]).map((bytes) => userDataSize('x'.repeat(bytes)))
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
  V40: ({ input }) => {
    expect((input.cidrs as string[]).map(clusterDnsIp)).toEqual([
      '10.100.0.10',
      '172.16.0.10',
      '10.0.0.10',
    ])
  },
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

/** Not of this version: node group features that Regroup does not offer. */
const later: ReadonlySet<string> = new Set(['V39', 'V41', 'V42'])
const ofTheseFamilies = (vectors.rows as readonly Vector[]).filter(({ family }) =>
  /\b(?:AL2|AL2023|any)\b/.test(family),
)

describe('the catalogue of user data', () => {
  it.each(ofTheseFamilies.filter((row) => !later.has(row.id)))('$id $title', (row) => {
    const check = checks[row.id]
    if (check === undefined) throw new Error(`nothing checks ${row.id}`)
    check(row)
  })

  it('has no check without a row', () => {
    const ids = new Set(ofTheseFamilies.map((row) => row.id))
    expect(Object.keys(checks).filter((id) => !ids.has(id))).toEqual([])
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
    expect(bootstrapFaults(family, told)).toEqual([])
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
