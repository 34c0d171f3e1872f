/** Images, parameters, templates, instances, access entries, determinism. Twin layer. */

import { describe, expect, it } from 'vitest'
import {
  addOldGroup,
  clusterName,
  nodeGroupRequest,
  type SmallWorld,
  smallWorld,
} from '../../../test/small-world.ts'
import { interruptSpot } from './autoscaling/loss.ts'
import { Images, imageKindOf } from './images.ts'

const recommended =
  '/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/standard/recommended'

describe('images', () => {
  const rows = [
    { name: 'AL2023_x86_64_STANDARD', kind: ['AmazonLinux2023', 'amd64', 'standard'] },
    { name: 'AL2023_ARM_64_NVIDIA', kind: ['AmazonLinux2023', 'arm64', 'nvidia'] },
    { name: 'AL2_x86_64', kind: ['AmazonLinux2', 'amd64', 'standard'] },
    { name: 'AL2_x86_64_GPU', kind: ['AmazonLinux2', 'amd64', 'nvidia'] },
    { name: 'AL2_ARM_64', kind: ['AmazonLinux2', 'arm64', 'standard'] },
    { name: 'BOTTLEROCKET_x86_64', kind: undefined },
  ]
  it.each(rows)('amiType $name', ({ kind, name }) => {
    const found = imageKindOf(name)
    expect(found && [found.family, found.arch, found.variant]).toEqual(kind)
  })

  it('none of AL2 from 1.33 on, one id per release and kind', () => {
    const images = new Images()
    expect(images.newest('AmazonLinux2', 'amd64', '1.32')?.kubernetesVersion).toBe('1.32')
    expect(images.newest('AmazonLinux2', 'amd64', '1.33')).toBeUndefined()
    const ids = (['amd64', 'arm64'] as const).flatMap((arch) =>
      (['standard', 'nvidia'] as const).map(
        (variant) => images.newestOf({ family: 'AmazonLinux2023', arch, variant }, '1.35')?.id,
      ),
    )
    expect(new Set(ids).size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^ami-[0-9a-f]{17}$/)
  })
})

describe('parameters', () => {
  it('name the newest image and its release', async () => {
    const world = smallWorld()
    const { ssm } = world.api
    const { Parameters, InvalidParameters } = await world.call(
      ssm.getParameters({
        Names: [`${recommended}/image_id`, `${recommended}/release_version`, '/nope'],
      }),
    )
    const image = world.account.images.newest('AmazonLinux2023', 'amd64', '1.32')
    expect(Parameters?.map((one) => one.Value)).toEqual([image?.id, image?.releaseVersion])
    expect(InvalidParameters).toEqual(['/nope'])
    expect(await world.codeOf(ssm.getParameter({ Name: '/nope' }))).toBe('ParameterNotFound')
  })

  it('come ten a page', async () => {
    const world = smallWorld()
    const Path = '/aws/service/eks/optimized-ami'
    const first = await world.call(world.api.ssm.getParametersByPath({ Path }))
    expect(first.Parameters).toHaveLength(10)
    const { NextToken } = first
    const second = await world.call(world.api.ssm.getParametersByPath({ Path, NextToken }))
    expect(second.Parameters?.[0]?.Name).not.toBe(first.Parameters?.[0]?.Name)
  })
})

describe('launch templates', () => {
  it('have versions, a default, and are found by name', async () => {
    const world = smallWorld()
    const { ec2 } = world.api
    const LaunchTemplateName = 'template'
    const create = {
      LaunchTemplateName,
      LaunchTemplateData: { ImageId: 'ami-1' },
      ClientToken: 't',
    }
    const first = await world.call(ec2.createLaunchTemplate(create))
    const again = await world.call(ec2.createLaunchTemplate(create))
    expect(again.LaunchTemplate?.LaunchTemplateId).toBe(first.LaunchTemplate?.LaunchTemplateId)
    const other = ec2.createLaunchTemplate({ ...create, ClientToken: 'u' })
    expect(await world.codeOf(other)).toBe('InvalidLaunchTemplateName.AlreadyExistsException')
    const LaunchTemplateData = { ImageId: 'ami-2' }
    await world.call(ec2.createLaunchTemplateVersion({ LaunchTemplateName, LaunchTemplateData }))
    const read = async (Versions: string[]) => {
      const input = { LaunchTemplateName, Versions }
      const { LaunchTemplateVersions } = await world.call(ec2.describeLaunchTemplateVersions(input))
      return LaunchTemplateVersions?.map((one) => one.LaunchTemplateData?.ImageId)
    }
    expect(await read(['$Default'])).toEqual(['ami-1'])
    expect(await read(['$Latest'])).toEqual(['ami-2'])
    await world.call(ec2.modifyLaunchTemplate({ LaunchTemplateName, DefaultVersion: '2' }))
    expect(await read(['$Default'])).toEqual(['ami-2'])
    const missing = ec2.describeLaunchTemplateVersions({ LaunchTemplateName, Versions: ['7'] })
    expect(await world.codeOf(missing)).toBe('InvalidLaunchTemplateId.VersionNotFound')
    await world.call(ec2.deleteLaunchTemplate({ LaunchTemplateName }))
    expect(await world.codeOf(ec2.describeLaunchTemplateVersions({ LaunchTemplateName }))).toBe(
      'InvalidLaunchTemplateName.NotFoundException',
    )
    expect(await world.codeOf(ec2.createLaunchTemplate(create))).toBe('ok')
  })
})

describe('EC2 reads', () => {
  it('instances by filter', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const { ec2 } = world.api
    const Filters = [{ Name: 'availability-zone', Values: ['eu-west-1b'] }]
    const { Reservations } = await world.call(ec2.describeInstances({ Filters }))
    expect(Reservations?.flatMap((one) => one.Instances ?? [])).toHaveLength(1)
    expect(await world.codeOf(ec2.describeInstances({ InstanceIds: ['i-x'] }))).toBe(
      'InvalidInstanceID.NotFound',
    )
  })

  it('subnets count free addresses', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const { Subnets } = await world.call(world.api.ec2.describeSubnets({ SubnetIds: ['subnet-a'] }))
    expect(Subnets?.[0]).toMatchObject({
      AvailabilityZone: 'eu-west-1a',
      AvailableIpAddressCount: 99,
    })
  })

  it('terminated behind the group, replaced by it', async () => {
    const world = smallWorld()
    const group = addOldGroup(world)
    const [id = ''] = group.instanceIds
    await world.call(world.api.ec2.terminateInstances({ InstanceIds: [id] }))
    world.advance(90_000)
    expect(world.account.instances.get(id)?.state).toBe('terminated')
    expect(group.instanceIds.size).toBe(3)
  })
})

describe('access entries', () => {
  it('are made, listed and removed', async () => {
    const world = smallWorld()
    const { eks } = world.api
    const principalArn = 'arn:aws:iam::111122223333:role/x'
    const key = { clusterName, principalArn }
    expect(await world.codeOf(eks.describeAccessEntry(key))).toBe('ResourceNotFoundException')
    await world.call(eks.createAccessEntry({ ...key, type: 'EC2_LINUX' }))
    expect(await world.codeOf(eks.createAccessEntry(key))).toBe('ResourceInUseException')
    const { accessEntries } = await world.call(eks.listAccessEntries({ clusterName }))
    expect(accessEntries).toEqual([principalArn])
    await world.call(eks.deleteAccessEntry(key))
    expect(await world.codeOf(eks.deleteAccessEntry(key))).toBe('ResourceNotFoundException')
  })
})

describe('determinism', () => {
  async function run(): Promise<SmallWorld> {
    const world = smallWorld()
    const group = addOldGroup(world)
    const request = { ...nodeGroupRequest(), releaseVersion: '1.32.0-20241225' }
    await world.call(world.api.eks.createNodegroup(request))
    world.advance(300_000)
    interruptSpot(world.account, [...group.instanceIds][0] ?? '')
    const update = { clusterName, nodegroupName: 'ng', version: '1.32' }
    await world.call(world.api.eks.updateNodegroupVersion(update))
    world.advance(3_600_000)
    return world
  }

  it('equal seeds give equal journals', async () => {
    const [one, two] = [await run(), await run()]
    expect(one.kernel.journal.entries().length).toBeGreaterThan(40)
    expect(one.kernel.journal.entries()).toEqual(two.kernel.journal.entries())
  })

  it('an idle account is quiet', async () => {
    const world = await run()
    const before = world.kernel.eventCount
    world.advance(24 * 3_600_000)
    expect(world.kernel.eventCount - before).toBeLessThan(10)
    expect(world.kernel.advanceUntilQuiet(world.kernel.nowMs())).toBe(true)
  })
})
