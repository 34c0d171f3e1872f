import { describe, expect, it } from 'vitest'
import { parseMime } from '../mime.ts'
import { readNodeConfig } from '../node-config.ts'
import { renderUserData } from '../user-data.ts'
import { effectiveNode } from './effective-node.ts'
import type { NodeSource } from './node-source.ts'

const facts = {
  name: 'shop',
  endpoint: 'https://1.eks.amazonaws.com',
  certificateAuthority: 'Q0E=',
  serviceCidr: '10.100.0.0/16',
}

function sourceWith(some: Partial<NodeSource> = {}): NodeSource {
  return {
    clusterName: 'shop',
    nodeGroupName: 'web',
    region: 'eu-west-1',
    zone: 'eu-west-1a',
    kubernetesVersion: '1.35',
    family: 'AmazonLinux2023',
    arch: 'arm64',
    variant: 'standard',
    imageId: undefined,
    releaseVersion: 'latest',
    capacityType: 'SPOT',
    instanceTypes: ['m6g.2xlarge'],
    labels: { lifecycle: 'spot' },
    taints: [{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }],
    userData: '',
    template: undefined,
    cluster: facts,
    nodeGroupTags: {},
    groupTags: {},
    placement: { nodeRole: 'arn', subnets: ['subnet-1'] },
    origins: {},
    origin: { by: 'node group' },
    ...some,
  }
}

const kubelet = { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50 }
const nothing = { cluster: undefined, labels: {}, taints: [], kubelet: {} }

function configOf(node: ReturnType<typeof effectiveNode>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(node.kubelet.config.map(({ field, value }) => [field, value]))
}

describe('merged user data', () => {
  it('AL2023: a NodeConfig of EKS first, the order marked as seen only', () => {
    const userData = renderUserData('AmazonLinux2023', { ...nothing, kubelet })
    const node = effectiveNode(sourceWith({ userData }))
    const parts = parseMime(node.userData.text) ?? []
    expect(parts.map(({ contentType }) => contentType)).toEqual([
      'application/node.eks.aws',
      'application/node.eks.aws',
    ])
    expect(readNodeConfig(parts[0]?.body ?? '')?.spec.cluster).toEqual({
      apiServerEndpoint: facts.endpoint,
      certificateAuthority: 'Q0E=',
      cidr: '10.100.0.0/16',
      name: 'shop',
    })
    expect(node.userData.unverified).toHaveLength(1)
    expect(node.userData.isEstimate).toBe(false)
    expect(configOf(node)).toMatchObject({ ...kubelet, maxPods: 58, clusterDNS: ['10.100.0.10'] })
  })

  it('AL2023: a team wins over EKS and the image, where both say something', () => {
    const userData = renderUserData('AmazonLinux2023', { ...nothing, kubelet: { maxPods: 100 } })
    const node = effectiveNode(
      sourceWith({ userData, origins: { userData: { by: 'launch template' } } }),
    )
    const [room] = node.room
    expect(room).toMatchObject({ maxPods: 100, kubeReserved: { memoryMiB: 893 } })
  })

  it('AL2: the call of bootstrap.sh last, its flag beats what the file says', () => {
    const text = '#!/bin/bash\necho hello\n'
    const parts = [{ contentType: 'text/x-shellscript; charset="us-ascii"', body: text }]
    const userData = renderUserData('AmazonLinux2', {
      ...nothing,
      parts,
      kubelet: { maxPods: 200, podPidsLimit: 100 },
    })
    const node = effectiveNode(
      sourceWith({ family: 'AmazonLinux2', kubernetesVersion: '1.32', userData }),
    )
    const bodies = (parseMime(node.userData.text) ?? []).map(({ body }) => body)
    expect(bodies[0]).toBe(text)
    expect(bodies.at(-1)).toContain('/etc/eks/bootstrap.sh shop --kubelet-extra-args')
    expect(configOf(node)).toMatchObject({ maxPods: 58, podPidsLimit: 100 })
    const lost = node.kubelet.config.find(({ field }) => field === 'maxPods')
    expect(lost?.lost).toContain('200')
    expect(lost?.origin).toEqual({ by: 'EKS' })
  })

  it('AL2: says that bootstrap.sh overwrites what an edit of the file asked for', () => {
    const edit =
      '#!/bin/bash\n# Edits the configuration of the kubelet.\nset -e\njq \'. + {"clusterDNS":["10.9.9.9"]}\' ' +
      '/etc/kubernetes/kubelet/kubelet-config.json > /etc/kubernetes/kubelet/kubelet-config.json.new\n'
    const head = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n'
    const userData = `${head}--//\nContent-Type: text/x-shellscript\n\n${edit}\n--//--\n`
    const node = effectiveNode(
      sourceWith({ family: 'AmazonLinux2', kubernetesVersion: '1.32', userData }),
    )
    const dns = node.kubelet.config.find(({ field }) => field === 'clusterDNS')
    expect(dns?.value).toEqual(['10.100.0.10'])
    expect(dns?.lost).toContain('bootstrap.sh overwrites')
  })

  it('Bottlerocket: one table of settings, without flags', () => {
    const userData = renderUserData('Bottlerocket', { ...nothing, kubelet })
    const node = effectiveNode(sourceWith({ family: 'Bottlerocket', userData }))
    expect(node.userData.text).toContain('image-gc-high-threshold-percent = 70')
    expect(node.userData.text).toContain('arch = ["arm64:NoSchedule"]')
    expect(node.userData.text.match(/\[settings\.kubernetes\]/g)).toHaveLength(1)
    expect(node.kubelet.flags).toEqual([])
    expect(node.ami.amiType).toBe('BOTTLEROCKET_ARM_64')
  })

  it('Windows: the team first, one block', () => {
    const userData = '<powershell>\nWrite-Host hi\n</powershell>\n'
    const node = effectiveNode(
      sourceWith({ family: 'Windows', arch: 'amd64', instanceTypes: ['m5.large'], userData }),
    )
    expect(node.userData.text).toMatch(/^<powershell>\nWrite-Host hi\n& "\$env/)
    expect(node.userData.text.match(/<powershell>/g)).toHaveLength(1)
  })

  it.each([
    ['AmazonLinux2023', '#!/bin/bash\ntrue\n', 'MIME multipart format'],
    ['Bottlerocket', 'not = = toml', 'TOML format'],
  ] as const)(
    '%s: says what EKS answers to a text that it cannot merge',
    (family, userData, part) => {
      const node = effectiveNode(sourceWith({ family, userData }))
      expect(node.userData.unverified.join()).toContain(part)
      expect(node.userData.text).toBe(userData)
    },
  )

  it('offline: placeholders, and the size of what they stand for', () => {
    const known = effectiveNode(sourceWith())
    const { text, gauge, isEstimate } = effectiveNode(sourceWith({ cluster: {} })).userData
    expect(text).toContain('<endpoint of shop>')
    expect(isEstimate).toBe(true)
    expect(gauge.bytes).toBeGreaterThan(known.userData.gauge.bytes + 1400)
  })

  it('is the same for the same source, whatever the order of labels', () => {
    const one = effectiveNode(sourceWith({ labels: { a: '1', b: '2' } }))
    const other = effectiveNode(sourceWith({ labels: { b: '2', a: '1' } }))
    expect(other.userData.text).toBe(one.userData.text)
  })
})

describe('an image of the team', () => {
  const own = renderUserData('AmazonLinux2023', {
    ...nothing,
    cluster: facts,
    labels: { team: 'web' },
    taints: [{ key: 'gpu', effect: 'NoSchedule' }],
  })
  const node = effectiveNode(
    sourceWith({ imageId: 'ami-1', releaseVersion: 'ami-1', userData: own }),
  )

  it('gets its user data as it is', () => {
    expect(node.mode).toBe('own')
    expect(node.ami).toMatchObject({ amiType: 'CUSTOM', imageId: 'ami-1', age: undefined })
    expect(node.userData.text).toBe(own)
    expect(node.userData.parts.map(({ origin }) => origin.by)).not.toContain('EKS')
  })

  it('registers with its own labels and taints; those of the node group follow later', () => {
    const at = (key: string) => node.labels.find((one) => one.key === key)?.isAtRegistration
    expect([at('team'), at('lifecycle'), at('eks.amazonaws.com/nodegroup')]).toEqual([
      true,
      false,
      false,
    ])
    expect(node.taints.map(({ isAtRegistration, key }) => [key, isAtRegistration])).toEqual([
      ['gpu', true],
      ['arch', false],
    ])
    expect(node.notes.join()).toContain('about 30 s later')
  })

  it('has more pods than EKS would allow: the image has no cap', () => {
    const big = sourceWith({
      arch: 'amd64',
      imageId: 'ami-1',
      instanceTypes: ['m5.24xlarge'],
      userData: own,
    })
    expect(effectiveNode(big).room[0]).toMatchObject({
      maxPods: 737,
      kubeReserved: { memoryMiB: 255 + 11 * 737, cpuMilli: 310 },
    })
    expect(effectiveNode({ ...big, imageId: undefined, userData: '' }).room[0]?.maxPods).toBe(250)
  })

  it('hides labels and taints of its user data from the autoscaler', () => {
    expect(node.autoscaler.errors.join('\n')).toMatch(/taint gpu=:NoSchedule.*\n.*label team=web/)
  })
})

describe('room', () => {
  it('follows maxPodsExpression in what is reserved (vector V39)', () => {
    const maxPodsExpression = '(default_enis - 1) * (ips_per_eni - 1) + 2'
    const userData = renderUserData('AmazonLinux2023', { ...nothing, maxPodsExpression })
    const source = sourceWith({ imageId: 'ami-1', userData })
    expect(effectiveNode(source).room[0]).toMatchObject({
      maxPods: 44,
      kubeReserved: { memoryMiB: 739 },
    })
  })

  it('takes what is reserved from the configuration', () => {
    const userData = renderUserData('AmazonLinux2023', {
      ...nothing,
      kubelet: {
        kubeReserved: { cpu: '1', memory: '2Gi' },
        systemReserved: { cpu: '500m', memory: '512Mi' },
        evictionHard: { 'memory.available': '5%' },
      },
    })
    const [room] = effectiveNode(sourceWith({ userData })).room
    expect(room).toMatchObject({
      kubeReserved: { cpuMilli: 1000, memoryMiB: 2048 },
      systemReserved: { cpuMilli: 500, memoryMiB: 512 },
      evictionMemoryMiB: Math.ceil(32_768 * 0.05),
    })
    expect(room?.allocatable.cpuMilli).toBe(6500)
  })

  it('gives all types the max pods of the least one', () => {
    const source = sourceWith({ arch: 'amd64', instanceTypes: ['m5.2xlarge', 'm5.large'] })
    expect(effectiveNode(source).room.map(({ maxPods }) => maxPods)).toEqual([29, 29])
  })
})

describe('cluster-autoscaler at zero nodes', () => {
  it('drops a taint without a value, and says so', () => {
    const node = effectiveNode(sourceWith({ taints: [{ key: 'gpu', effect: 'NoSchedule' }] }))
    expect(node.autoscaler.taints).toEqual([])
    expect(node.autoscaler.errors.join()).toContain('a taint without a value is dropped')
  })

  it('reads tags of the group and of the node group; the latter win for resources', () => {
    const prefix = 'k8s.io/cluster-autoscaler/node-template'
    const { autoscaler } = effectiveNode(
      sourceWith({
        groupTags: {
          [`${prefix}/label/disk`]: 'fast',
          [`${prefix}/taint/only`]: 'web:NoExecute',
          [`${prefix}/taint/bad`]: 'web',
          [`${prefix}/resources/pods`]: '50',
        },
        nodeGroupTags: { [`${prefix}/resources/pods`]: '58' },
      }),
    )
    expect(autoscaler.labels).toContainEqual(
      expect.objectContaining({ key: 'disk', value: 'fast' }),
    )
    expect(autoscaler.taints.map(({ effect, key }) => `${key}:${effect}`)).toEqual([
      'only:NoExecute',
      'arch:NoSchedule',
    ])
    expect(autoscaler.resources).toContainEqual(
      expect.objectContaining({ name: 'pods', value: '58' }),
    )
  })

  it('believes the first type, and is told when another has less room', () => {
    const source = sourceWith({ arch: 'amd64', instanceTypes: ['m5.2xlarge', 'm5.large'] })
    const { notes, resources } = effectiveNode(source).autoscaler
    expect(resources[0]).toMatchObject({ name: 'cpu', value: '8' })
    expect(notes.join()).toContain('put the least one first')
  })
})
