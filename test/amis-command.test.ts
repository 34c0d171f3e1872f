/** `regroup amis`: from the tables, and from a served twin. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAws } from '../src/aws/port.ts'
import type { AmiReport } from '../src/cli/render/amis.ts'
import { seededRandom } from '../src/world/random.ts'
import { systemClock } from '../src/world/system-clock.ts'
import { regroup } from './program.ts'
import { type ServedStarter, servedStarter } from './served-starter.ts'

async function reportOf(...args: readonly string[]): Promise<AmiReport> {
  const { code, err, out } = await regroup('amis', ...args, '-o', 'json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as AmiReport
}

const pinned = `apiVersion: regroup.dev/v1alpha1
kind: Fleet
metadata: { name: pinned }
nodeGroups:
  - { name: web, availabilityZone: eu-west-1a, releaseVersion: 1.35.5-20260610 }
  - { name: batch, availabilityZone: eu-west-1a, releaseVersion: latest, arch: arm64, instanceTypes: [m6g.large] }
clusters:
  - { names: [a, b], region: eu-west-1 }
  - { names: [c], region: eu-west-1, override: { releaseVersion: latest } }
`

describe('amis offline', () => {
  it('says of which day its tables are', async () => {
    const { code, out } = await regroup('amis')
    expect(code).toBe(0)
    expect(out).toMatch(/^Images, by the table of \d{4}-\d\d-\d\d; --live asks SSM\n/)
    expect(out).toMatch(/\nKubernetes on EKS, by the table of \d{4}-\d\d-\d\d; --live asks EKS\n/)
    expect(out).toMatch(/1\.34 +\w+ +2025-10-02 +2026-12-02 +2027-12-02/)
  })

  it('lists the releases of a version, newest first', async () => {
    const { releases = [] } = await reportOf('--kubernetes-version', '1.34')
    expect(releases.slice(0, 2).map(({ releaseVersion }) => releaseVersion)).toEqual([
      '1.34.9-20260714',
      '1.34.9-20260625',
    ])
    const { out } = await regroup('amis', '--kubernetes-version', '1.34')
    expect(out).toContain('1 and 19 days behind')
  })

  it('knows no image of Amazon Linux 2 from 1.33 on', async () => {
    const args = ['amis', '--kubernetes-version', '1.33', '--ami-family', 'AmazonLinux2']
    expect((await regroup(...args)).out).toContain('latest: not in the table')
  })

  it('has one row for all groups of a fleet that share an image', async () => {
    const { images = [] } = await reportOf('-f', 'examples/acme/fleet.yaml')
    expect(images.map(({ arch, groupCount, region }) => [region, arch, groupCount])).toEqual([
      ['eu-west-1', 'arm64', 24],
      ['eu-west-1', 'amd64', 24],
      ['us-east-1', 'arm64', 6],
      ['us-east-1', 'amd64', 6],
    ])
  })

  it.each([
    [['--own', 'golden-*'], 'Add --live and --region'],
    [['--cluster', 'shop'], 'Add --live and --region'],
    [['--live'], 'Give --region'],
    [['--kubernetes-version', '1.35.1'], 'a minor such as 1.35'],
    [['--ami-family', 'AL2023'], 'Use one of AmazonLinux2'],
    [['-o', 'xml'], 'Use text or json'],
  ])('%j is refused', async (args, part) => {
    const said = await regroup('amis', ...args)
    expect(said.code).toBe(64)
    expect(said.err).toContain(part)
  })
})

describe('amis --live', () => {
  let starter: ServedStarter
  const where = ['--live', '--region', 'eu-west-1'] as const
  const ownId = 'ami-0123456789abcdef0'

  beforeAll(async () => {
    starter = await servedStarter()
    writeFileSync(join(starter.folder, 'pinned.yaml'), pinned)
    starter.running.host.twin.account.images.add({
      id: ownId,
      family: 'AmazonLinux2023',
      arch: 'arm64',
      kubernetesVersion: '1.32',
      releaseVersion: '1.32.13-20260610',
      kubeletVersion: 'v1.32.13',
      ownName: 'golden-al2023-7',
    })
  })

  afterAll(() => starter.stop())

  it('asks SSM for what the fleet uses, and EKS for its versions', async () => {
    const file = join(starter.folder, 'pinned.yaml')
    const report = await reportOf('-f', file, '--live')
    expect(report).not.toHaveProperty('releasesAsOf')
    expect(report.images).toMatchObject([
      {
        arch: 'amd64',
        wanted: '1.35.5-20260610',
        newest: '1.35.6-20260714',
        age: { behindCount: 3, behindDays: 34 },
        clusters: ['a', 'b'],
        imageId: expect.stringMatching(/^ami-[0-9a-f]+$/),
      },
      { arch: 'arm64', wanted: 'latest', clusters: ['a', 'b', 'c'], groupCount: 3 },
      { arch: 'amd64', wanted: 'latest', clusters: ['c'] },
    ])
    expect(report.versions).toMatchObject([
      { version: '1.35', endOfStandardSupport: '2027-03-27', isVerified: true },
    ])
    const { out } = await regroup('amis', '-f', file, '--live')
    expect(out).toContain('3 releases and 34 days behind 1.35.6-20260714 by SSM')
  })

  it('says when nothing is published', async () => {
    const args = ['--ami-family', 'AmazonLinux2', '--kubernetes-version', '1.33'] as const
    const { out } = await regroup('amis', ...args, ...where)
    expect(out).toContain('latest: nothing is published')
  })

  it.each([['golden-*'], [ownId]])('finds images of the account: %s', async (wanted) => {
    const { own } = await reportOf('--own', wanted, ...where)
    expect(own).toEqual([
      {
        imageId: ownId,
        name: 'golden-al2023-7',
        arch: 'arm64',
        created: '2026-06-10',
        state: 'available',
        ownerId: expect.stringMatching(/^\d{12}$/),
      },
    ])
  })

  it('finds none of Amazon under a name of the account, and says so for an unknown id', async () => {
    expect((await reportOf('--own', 'amazon-eks-*', ...where)).own).toEqual([])
    const { code, err } = await regroup('amis', '--own', 'ami-00000000000000000', ...where)
    expect(code).toBe(1)
    expect(err).toContain('InvalidAMIID.NotFound')
  })

  it('says how old the node groups of a cluster are', async () => {
    const aws = connectAws({ region: 'eu-west-1', clock: systemClock(), random: seededRandom('a') })
    const group = {
      clusterName: 'starter',
      nodeRole: 'arn:aws:iam::111122223333:role/starter-worker-nodes',
      subnets: ((await aws.api.ec2.describeSubnets({})).Subnets ?? [])
        .slice(0, 1)
        .flatMap(({ SubnetId }) => SubnetId ?? []),
      instanceTypes: ['m6g.large'],
      scalingConfig: { minSize: 0, maxSize: 1, desiredSize: 0 },
    }
    await aws.api.eks.createNodegroup({
      ...group,
      nodegroupName: 'web',
      amiType: 'AL2023_ARM_64_STANDARD',
      releaseVersion: '1.32.13-20260610',
    })
    const { LaunchTemplate } = await aws.api.ec2.createLaunchTemplate({
      LaunchTemplateName: 'golden',
      LaunchTemplateData: { ImageId: ownId },
    })
    const launchTemplate = { id: LaunchTemplate?.LaunchTemplateId ?? '', version: '1' }
    await aws.api.eks.createNodegroup({ ...group, nodegroupName: 'golden', launchTemplate })
    await aws.close()
    const { images } = await reportOf('--cluster', 'starter', ...where)
    expect(images).toMatchObject([
      { clusters: ['golden'], family: '', wanted: ownId },
      { clusters: ['web'], wanted: '1.32.13-20260610', age: { behindCount: 3, behindDays: 34 } },
    ])
  })

  it('only reads', () => {
    const calls = starter.running.host.twin.kernel.journal.entries('call').map(({ what }) => what)
    expect(calls.length).toBeGreaterThan(4)
    const writes = calls.filter((what) => !/^\w+:(?:Describe|Get|List)/.test(what))
    expect(writes.filter((what) => !/CreateNodegroup|CreateLaunchTemplate/.test(what))).toEqual([])
  })
})
