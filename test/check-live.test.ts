/** `regroup check --live` against a served twin: the SDK, its wire, and a cluster with faults of every kind. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { CheckFinding } from '../src/check/check-finding.ts'
import type { Twin } from '../src/twin/twin.ts'
import { wireFaultSchema } from '../src/twin/wire/wire-fault.ts'
import { assert } from '../src/world/assert.ts'
import type { KubeObject } from '../src/world/kube-objects.ts'
import { regroup } from './program.ts'
import { type ServedStarter, servedStarter } from './served-starter.ts'

let starter: ServedStarter

afterEach(() => starter.stop())

function findingsIn(out: string): readonly CheckFinding[] {
  return (JSON.parse(out) as { findings: CheckFinding[] }).findings
}

function textOf({ code, message }: CheckFinding): string {
  return `${code} ${message}`
}

/** The findings that one run has and the same without `--live` has not. */
async function checked(...args: string[]): Promise<{
  readonly code: number
  readonly err: string
  readonly findings: readonly CheckFinding[]
}> {
  const files = args.filter((one) => one.endsWith('.yaml') || one.endsWith('.json'))
  const offline = await regroup('check', '-o', 'json', ...files)
  const { code, err, out } = await regroup('check', '--live', '-o', 'json', ...args)
  expect(out, err).not.toBe('')
  const before = new Set(findingsIn(offline.out).map(textOf))
  return { code, err, findings: findingsIn(out).filter((one) => !before.has(textOf(one))) }
}

function said(findings: readonly CheckFinding[], code: string): readonly string[] {
  return findings.filter((one) => one.code === code).map(({ message }) => message)
}

const fleetOf = (): string => join(starter.folder, 'fleet.yaml')
const twinOf = (): Twin => starter.running.host.twin

const labels = { app: 'ledger' }
const template = {
  metadata: { labels },
  spec: {
    containers: [{ name: 'ledger', env: [{ name: 'AWS_REGION' }] }],
    tolerations: [{ operator: 'Exists' as const }],
  },
}
const ledger: readonly KubeObject[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'ledger', namespace: 'default' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'ledger', namespace: 'default' },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  },
]

describe('a sound cluster', () => {
  it('has no findings, is read in few calls, and only read', async () => {
    starter = await servedStarter()
    const { code, err, findings } = await checked(fleetOf())
    expect({ code, err, findings }).toEqual({ code: 0, err: '', findings: [] })
    const calls = twinOf()
      .kernel.journal.entries('call')
      .map(({ what }) => what)
    expect(calls.filter((what) => !/^(?:\w+:(?:Describe|Get|List)|kube:list)/.test(what))).toEqual(
      [],
    )
    expect(calls.length).toBeLessThan(20)
    expect(starter.running.host.inputCount).toBe(0)
  })
})

describe('a cluster with faults', () => {
  it('tells those of its network, roles, zones and workloads', async () => {
    starter = await servedStarter([], ledger)
    const { account } = twinOf()
    const [first] = [...account.subnets.values()]
    assert(first !== undefined, 'the world has subnets')
    first.freeAddressCount = 3
    const gateway = { destination: '0.0.0.0/0', gatewayId: 'igw-1', natGatewayId: undefined }
    for (const { routes } of account.network.routeTables.values()) {
      routes.push({ ...gateway, origin: 'CreateRoute' })
    }
    account.capacity.addGap('m6i.large', 'eu-west-1b')
    const role = account.iam.roles.get('starter-worker-nodes')
    assert(role !== undefined, 'the world has the role')
    role.attached.clear()
    role.trustPolicy = role.trustPolicy.replace('ec2.', 'ecs.')
    const { code, findings } = await checked(fleetOf())
    expect(code).toBe(3)
    expect(said(findings, 'NET-1')).toHaveLength(3)
    expect(said(findings, 'NET-3')).toEqual([
      `Subnet ${first.id} (eu-west-1a) has 3 free addresses; 20 are needed for 1 new node of a-general.`,
    ])
    expect(said(findings, 'AMI-6')).toEqual([
      'Instance type m6i.large is not offered in eu-west-1b.',
    ])
    expect(said(findings, 'IAM-1').join()).toContain('does not trust ec2.amazonaws.com')
    expect(said(findings, 'IAM-2').join()).toContain(
      'lacks AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly, AmazonEKS_CNI_Policy',
    )
    expect(said(findings, 'PDB-1')).toEqual([
      'PodDisruptionBudget default/ledger allows no eviction (1 of 1 pod must stay); the update will fail with PodEvictionFailure.',
    ])
    expect(said(findings, 'PDB-2').join()).toContain('default/ledger tolerates every taint')
    expect(said(findings, 'check/not-looked-at')).toEqual([])
  })

  it('grants what own policies grant', async () => {
    starter = await servedStarter()
    const { iam } = twinOf().account
    const role = iam.roles.get('starter-worker-nodes')
    assert(role !== undefined, 'the world has the role')
    role.attached.clear()
    const Action = ['ec2:*', 'ecr:Batch*', 'ecr:GetAuthorizationToken']
    const Statement = [{ Effect: 'Allow', Action, Resource: '*' }]
    role.inline.set('nodes', JSON.stringify({ Version: '2012-10-17', Statement }))
    expect((await checked(fleetOf())).findings).toEqual([])
    role.inline.set('nodes', JSON.stringify({ Version: '2012-10-17', Statement: [] }))
    expect(said((await checked(fleetOf())).findings, 'IAM-2')).toHaveLength(1)
  })

  it('looks up an image of the team', async () => {
    starter = await servedStarter()
    const file = join(starter.folder, 'own.yaml')
    const id = 'ami-0123456789abcdef0'
    const own = `arch: amd64\n    ami: { id: ${id} }`
    writeFileSync(file, readFileSync(fleetOf(), 'utf8').replace('arch: amd64', own))
    const { findings } = await checked(file)
    expect(findings.map(({ code }) => code)).toEqual(['LT-23'])
    expect(said(findings, 'LT-23').join()).toContain(`names AMI ${id}, which does not exist`)
  })

  it('compares a file with the groups that exist', async () => {
    starter = await servedStarter()
    const { account, kernel } = twinOf()
    const file = join(starter.folder, 'other.yaml')
    const text = readFileSync(fleetOf(), 'utf8')
    writeFileSync(
      file,
      text
        .replace('"1.35"', '"1.31"')
        .replace('minSize: 0', 'minSize: 2')
        .replace('eu-west-1c', 'eu-west-1f')
        .replace('priority: 20', 'priority: 20\n    releaseVersion: 1.31.99-20200101'),
    )
    account.nodeGroups.set('starter/a-general', {
      name: 'a-general',
      clusterName: 'starter',
      arn: 'arn:aws:eks:eu-west-1:111122223333:nodegroup/starter/a-general/1',
      uuid: '1',
      createdMs: kernel.nowMs(),
      status: 'ACTIVE',
      version: '1.32',
      releaseVersion: '1.32.13-20260610',
      amiType: 'AL2023_x86_64_STANDARD',
      capacityType: 'ON_DEMAND',
      instanceTypes: ['m6i.large'],
      subnetIds: [],
      nodeRole: 'arn:aws:iam::111122223333:role/starter-worker-nodes',
      labels: {},
      taints: [],
      tags: {},
      launchTemplate: undefined,
      updateConfig: { maxUnavailable: 1 },
      scaling: { minSize: 0, maxSize: 3, desiredSize: 1 },
      groupName: undefined,
      issues: [],
      updates: [],
    })
    const { findings } = await checked(file)
    expect(said(findings, 'SCL-2').join()).toContain(
      'Raising minSize to 2 above the live desired size 1',
    )
    expect(said(findings, 'VER-1').join()).toContain(
      'cluster version 1.32; version 1.31 is refused',
    )
    expect(said(findings, 'VER-3').join()).toContain('Release 1.31.99-20200101 does not exist')
    expect(said(findings, 'check/no-subnet')).toHaveLength(1)
  })
})

describe('what cannot be looked at', () => {
  it('is one finding for each permission, with the rules that are open', async () => {
    const denied = (operation: string) =>
      wireFaultSchema.parse({ kind: 'access-denied', operation })
    starter = await servedStarter([denied('ec2:DescribeSubnets'), denied('iam:GetRole')])
    const { code, findings } = await checked(fleetOf())
    expect(code).toBe(3)
    expect(said(findings, 'check/not-looked-at')).toEqual([
      'iam:GetRole is not allowed; not decided for starter: IAM-1, IAM-2',
      'ec2:DescribeSubnets is not allowed; not decided for starter: NET-1, NET-2, NET-3, NET-4, NET-5, LT-20, AMI-6',
    ])
  })

  it('is told of clusters that are not there, while others are checked', async () => {
    starter = await servedStarter()
    const file = join(starter.folder, 'two.yaml')
    const text = readFileSync(fleetOf(), 'utf8')
    writeFileSync(file, text.replace('      - starter', '      - starter\n      - gone'))
    const { findings } = await checked(file)
    const told = said(findings, 'check/not-looked-at')
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/^eks:DescribeCluster failed: .*gone.*; not decided for gone: VER-1/)
    expect(told[0]).toContain('PDB-1')
    const only = await checked(file, '--cluster', 'starter')
    expect(only).toMatchObject({ code: 0, findings: [] })
  })

  it('is asked for Region by Region', async () => {
    starter = await servedStarter()
    const file = join(starter.folder, 'regions.yaml')
    const other = '  - names: [far]\n    region: us-east-1\n'
    const text = readFileSync(fleetOf(), 'utf8')
    writeFileSync(file, text.replace('clusters:\n', `clusters:\n${other}`))
    const { findings } = await checked(file)
    const open = findings.filter(({ code }) => code === 'check/not-looked-at')
    expect(open.map(({ message }) => message.replace(/: VER-1.*/, ''))).toEqual([
      expect.stringMatching(/^eks:DescribeCluster failed: .*far.*; not decided for far$/),
    ])
    const regions = new Set(findings.map(({ groups }) => groups[0]?.split('/')[0]))
    expect(regions.has('starter')).toBe(false)
  })

  it('is a note when the caller leaves the API servers alone', async () => {
    starter = await servedStarter([], ledger)
    const { code, findings } = await checked(fleetOf(), '--aws-only')
    expect(code).toBe(0)
    expect(findings.map(({ message, severity }) => [severity, message])).toEqual([
      [
        'info',
        'the API server of starter was left alone (--aws-only); not decided for starter: PDB-1, LT-17, NET-4, PDB-2',
      ],
    ])
  })

  it('ends the run without credentials, and for a cluster that no file has', async () => {
    starter = await servedStarter([wireFaultSchema.parse({ kind: 'unknown-credentials' })])
    const { code, err, out } = await regroup('check', '--live', fleetOf())
    expect({ code, out }).toEqual({ code: 4, out: '' })
    expect(err).toContain('access key AKIA')
    const other = await regroup('check', '--live', fleetOf(), '--cluster', 'startre')
    expect(other.err).toContain('no file has a cluster startre')
    expect(other.err).toContain('Did you mean starter?')
  })
})

describe('templates and plans', () => {
  const text = JSON.stringify({
    LaunchTemplateVersions: [
      {
        LaunchTemplateId: 'lt-1',
        LaunchTemplateName: 'web',
        VersionNumber: 3,
        LaunchTemplateData: {
          ImageId: 'ami-0123456789abcdef0',
          InstanceType: 'm6g.large',
          KeyName: 'ops',
          Placement: { GroupName: 'near' },
          SecurityGroupIds: ['sg-0123456789abcdef0'],
          MetadataOptions: { HttpPutResponseHopLimit: 1, HttpTokens: 'required' },
        },
      },
    ],
  })

  it('are compared with what the Region has, and with the workloads of the cluster', async () => {
    starter = await servedStarter([], ledger)
    const file = join(starter.folder, 'template.json')
    writeFileSync(file, text)
    const flags = [file, '--region', 'eu-west-1', '--cluster', 'starter']
    const { findings } = await checked(...flags)
    const end = 'which does not exist in eu-west-1.'
    expect(said(findings, 'LT-23')).toEqual([
      `Launch template web:3 names AMI ami-0123456789abcdef0, ${end}`,
      `Launch template web:3 names key pair ops, ${end}`,
      `Launch template web:3 names placement group near, ${end}`,
      `Launch template web:3 names security group sg-0123456789abcdef0, ${end}`,
    ])
    expect(said(findings, 'LT-17').join()).toContain('default/ledger')
    const { account } = twinOf()
    const image = account.images.newest('AmazonLinux2023', 'amd64', '1.32')
    assert(image !== undefined, 'there is an image')
    const [group] = [...account.network.securityGroups.values()]
    assert(group !== undefined, 'there is a security group')
    account.images.add({ ...image, id: 'ami-0123456789abcdef0' })
    const id = 'sg-0123456789abcdef0'
    account.network.securityGroups.set(id, { ...group, id })
    const named = { createdMs: 0, fingerprint: '', tags: {} }
    account.keyPairs.set('ops', { ...named, id: 'key-1', name: 'ops', type: 'rsa' })
    const near = { id: 'pg-1', name: 'near', tags: {} }
    account.placementGroups.set('near', { ...near, strategy: 'cluster' })
    const later = await checked(...flags)
    expect(said(later.findings, 'AMI-5').join()).toContain(
      'm6g.large is arm64, AMI ami-0123456789abcdef0 is x86_64',
    )
    expect(said(later.findings, 'LT-23')).toEqual([])
  })

  it('need a Region', async () => {
    starter = await servedStarter()
    const file = join(starter.folder, 'template.json')
    writeFileSync(file, text)
    const { code, err } = await regroup('check', '--live', file)
    expect(code).toBe(64)
    expect(err).toContain('Give --region: only fleet files say it.')
  })
})
