import { describe, expect, it } from 'vitest'
import ssm from '../../data/ssm-parameters.json' with { type: 'json' }
import { amiParameters } from './ami-parameters.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { type InstanceType, instanceType, instanceTypeNames } from './instance-types.ts'
import { allocatable, leastAllocatable } from './kubelet-numbers.ts'
import { kubeletSkewMax, minorOf, parseVersion, versionOf } from './kubernetes-version.ts'
import { launchTemplateOf } from './launch-template.ts'
import { parseBytes, parseCpuMilli } from './quantity.ts'

function typeOf(name: string): InstanceType {
  const found = instanceType(name)
  if (found === undefined) throw new Error(`no type ${name}`)
  return found
}

describe('what a kubelet offers', () => {
  it.each([
    ['t3.medium', 17, 1930],
    ['m5.large', 29, 1930],
    ['m6g.2xlarge', 58, 7910],
    ['m5.2xlarge', 58, 7910],
    ['m5.24xlarge', 250, 95_690],
  ])('%s: %d pods, %d millicores', (name, podCount, cpuMilli) => {
    expect(allocatable(typeOf(name))).toMatchObject({ podCount, cpuMilli })
  })

  it('reserves 255 MiB, 11 MiB per pod and the eviction threshold', () => {
    const one = typeOf('m5.large')
    const reservedMi = 255 + 11 * 29 + 100
    expect(allocatable(one).memoryBytes / 2 ** 20).toBe(
      Math.floor(one.memoryMiB * 0.965) - reservedMi,
    )
  })

  it('reserves for pods that have an address, also beyond the cap of EKS', () => {
    const one = typeOf('m5.4xlarge')
    expect(allocatable(one).podCount).toBe(110)
    expect(allocatable(one).memoryBytes / 2 ** 20).toBe(
      Math.floor(one.memoryMiB * 0.965) - (255 + 11 * 234 + 100),
    )
  })

  it('never goes below zero on the smallest type', () => {
    for (const name of instanceTypeNames()) {
      expect(allocatable(typeOf(name)).memoryBytes).toBeGreaterThanOrEqual(0)
    }
  })

  it('offers of mixed types what the least of them has, number by number', () => {
    const [large, graviton] = [
      allocatable(typeOf('m5.2xlarge')),
      allocatable(typeOf('c6g.2xlarge')),
    ]
    expect(leastAllocatable([typeOf('m5.2xlarge'), typeOf('c6g.2xlarge')])).toEqual({
      ...large,
      memoryBytes: graviton.memoryBytes,
    })
  })
})

describe('instance types', () => {
  it('have plausible facts, every one', () => {
    const wrong = instanceTypeNames()
      .map(typeOf)
      .filter(
        (one) =>
          one.vcpuCount < 1 ||
          one.memoryMiB < 512 ||
          one.eniCount < 1 ||
          one.ipv4PerEniCount < 2 ||
          (/^(?:a1|[cmrtx]\d+g)/.test(one.name) && one.arch !== 'arm64'),
      )
    expect(wrong.map((one) => one.name)).toEqual([])
    expect(instanceTypeNames().length).toBeGreaterThan(1000)
  })

  it.each(['', 'm5', 'M5.large', 'constructor', '__proto__'])('%j is none', (name) => {
    expect(instanceType(name)).toBeUndefined()
  })
})

describe('Kubernetes versions', () => {
  it.each([
    ['1.35', 35],
    ['v1.35.4-eks-1', 35],
    ['1.35.6-20260714', 35],
    ['2.0', Number.NaN],
    ['', Number.NaN],
  ])('%j has minor %d', (text, minor) => {
    expect(minorOf(text)).toBe(minor)
  })

  it.each([
    ['1.35', '1.35'],
    ['1.35.2', undefined],
    ['v1.35', undefined],
    ['1.350', undefined],
  ])('%j as EKS writes it is %j', (text, version) => {
    expect(parseVersion(text)).toBe(version)
  })

  it('kubelets may be three minors behind since 1.25, two before', () => {
    expect([24, 25, 32].map(kubeletSkewMax)).toEqual([2, 3, 3])
    expect(versionOf(35)).toBe('1.35')
  })
})

describe('quantities', () => {
  it.each([
    ['500m', 500],
    ['2', 2000],
    ['0.1', 100],
    ['1e1', 10_000],
    ['1.0001', 1001],
    ['100u', 1],
    ['1k', 1_000_000],
  ])('%s CPU is %d millicores', (text, milli) => {
    expect(parseCpuMilli(text)).toBe(milli)
  })

  it.each([
    ['1Gi', 2 ** 30],
    ['1G', 1e9],
    ['128974848', 128_974_848],
    ['129e6', 129e6],
    ['129M', 129e6],
    ['0.5Gi', 2 ** 29],
    ['.5Ki', 512],
    ['1Ei', 2 ** 60],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })

  it.each(['', 'Gi', '1 Gi', '1GiB', '1gi', '--1', '1e', 'NaN', '0x10', '1,5'])(
    '%j is none',
    (text) => {
      expect(parseBytes(text)).toBeNaN()
    },
  )
})

describe('images', () => {
  it.each([
    ['AmazonLinux2', 'amd64', 'standard', 'AL2_x86_64'],
    ['AmazonLinux2', 'amd64', 'nvidia', 'AL2_x86_64_GPU'],
    ['AmazonLinux2', 'arm64', 'standard', 'AL2_ARM_64'],
    ['AmazonLinux2023', 'amd64', 'standard', 'AL2023_x86_64_STANDARD'],
    ['AmazonLinux2023', 'arm64', 'standard', 'AL2023_ARM_64_STANDARD'],
    ['AmazonLinux2023', 'amd64', 'nvidia', 'AL2023_x86_64_NVIDIA'],
  ] as const)('%s %s %s is %s', (family, arch, variant, amiType) => {
    const found = amiParameters({ family, arch, variant, kubernetesVersion: '1.32' })
    expect(found?.amiType).toBe(amiType)
    for (const name of [found?.imageIdParameter, found?.releaseVersionParameter]) {
      expect(name).toMatch(/^\/aws\/service\/eks\/optimized-ami\/1\.32\/[\w/.-]+$/)
    }
  })

  it('names only parameters that the table holds', () => {
    const patterns = JSON.stringify(ssm.families)
    const found = amiParameters({
      family: 'AmazonLinux2023',
      arch: 'arm64',
      variant: 'standard',
      kubernetesVersion: '{k8s}',
    })
    expect(patterns).toContain(found?.imageIdParameter)
    expect(patterns).toContain(found?.releaseVersionParameter)
  })

  it('has no GPU image of Amazon Linux 2 for arm64', () => {
    const choice = { family: 'AmazonLinux2', arch: 'arm64', variant: 'nvidia' } as const
    expect(amiParameters({ ...choice, kubernetesVersion: '1.32' })).toBeUndefined()
  })
})

describe('the launch template', () => {
  const input = {
    logicalName: '0-spot-arm64',
    userData: 'hello ☃',
    volume: { size: 50, type: 'gp3', iops: 3000 },
    ebsOptimized: true,
    securityGroupIds: ['sg-1'],
    tags: { b: '2', a: '1' },
  }

  it('holds what EKS allows beside its own parts, and no more', () => {
    const { data } = launchTemplateOf(input)
    expect(data).toEqual({
      EbsOptimized: true,
      BlockDeviceMappings: [
        {
          DeviceName: '/dev/xvda',
          Ebs: {
            VolumeSize: 50,
            VolumeType: 'gp3',
            Iops: 3000,
            Encrypted: true,
            DeleteOnTermination: true,
          },
        },
      ],
      MetadataOptions: {
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 2,
        HttpEndpoint: 'enabled',
      },
      SecurityGroupIds: ['sg-1'],
      UserData: toBase64(input.userData),
      TagSpecifications: ['instance', 'volume'].map((ResourceType) => ({
        ResourceType,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      })),
    })
  })

  it('is named after its content: equal content, equal name', () => {
    const one = launchTemplateOf(input)
    expect(launchTemplateOf({ ...input, tags: { a: '1', b: '2' } })).toEqual(one)
    expect(launchTemplateOf({ ...input, userData: 'other' }).name).not.toBe(one.name)
    expect(one.name).toBe(`0-spot-arm64-${one.contentHash}`)
  })

  it('leaves out what is not said and fits names into 63 characters', () => {
    const { data, name } = launchTemplateOf({
      ...input,
      logicalName: 'x'.repeat(200),
      userData: '',
      securityGroupIds: [],
      tags: {},
    })
    expect(name).toHaveLength(63)
    expect(Object.keys(data)).toEqual(['EbsOptimized', 'BlockDeviceMappings', 'MetadataOptions'])
  })
})

describe('base64', () => {
  it.each(['', 'a', 'hello ☃', '\u0000\u0001'])('%j comes back', (text) => {
    expect(fromBase64(toBase64(text))).toBe(text)
    expect(toBase64(text)).toBe(Buffer.from(text).toString('base64'))
  })

  it.each(['%%', '/w=='])('%j is not text', (text) => {
    expect(fromBase64(text)).toBeUndefined()
  })
})
