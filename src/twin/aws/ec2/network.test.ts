/** Networks: VPCs, subnets, security groups, routes, gateways, tags and filters. Twin layer. */

import { describe, expect, it } from 'vitest'
import { type SmallWorld, smallWorld } from '../../../../test/small-world.ts'
import { parseCidr } from './cidr.ts'
import { matchesFilters } from './filters.ts'

async function withVpc(): Promise<{ world: SmallWorld; VpcId: string }> {
  const world = smallWorld()
  const { Vpc } = await world.call(world.api.ec2.createVpc({ CidrBlock: '10.9.0.0/16' }))
  return { world, VpcId: Vpc?.VpcId ?? '' }
}

describe('blocks of addresses', () => {
  const rows = [
    { text: '10.0.0.0/16', block: { first: 167_772_160, size: 16 } },
    { text: '10.0.0.1/16', block: undefined },
    { text: '300.0.0.0/8', block: undefined },
    { text: '10.0.0.0/33', block: undefined },
    { text: 'x', block: undefined },
  ]
  it.each(rows)('$text', ({ block, text }) => {
    expect(parseCidr(text)).toEqual(block)
  })
})

describe('filters', () => {
  const tags = { Name: 'web-1', team: 'a' }
  const rows = [
    { filter: { Name: 'tag:Name', Values: ['web-*'] }, fits: true },
    { filter: { Name: 'tag:Name', Values: ['*-1'] }, fits: true },
    { filter: { Name: 'tag:Name', Values: ['web-?'] }, fits: true },
    { filter: { Name: 'tag:Name', Values: ['web'] }, fits: false },
    { filter: { Name: 'tag-key', Values: ['team'] }, fits: true },
    { filter: { Name: 'size', Values: ['3'] }, fits: true },
    { filter: { Name: 'several', Values: ['y'] }, fits: true },
    { filter: { Name: 'nothing', Values: ['y'] }, fits: false },
  ]
  it.each(rows)('$filter', ({ filter, fits }) => {
    const attributes = { size: 3, several: ['x', 'y'], nothing: undefined }
    expect(matchesFilters([filter], tags, attributes)).toBe(fits)
  })

  it('with many stars take linear time, and unknown names are refused', () => {
    const Values = [`${'a*'.repeat(200)}b`]
    expect(matchesFilters([{ Name: 'x', Values }], {}, { x: 'a'.repeat(5000) })).toBe(false)
    expect(() => matchesFilters([{ Name: 'y', Values: [] }], {}, { x: 1 })).toThrow(
      "The filter 'y' is invalid",
    )
  })
})

describe('VPCs', () => {
  it('come with a security group, a main route table and an access list', async () => {
    const { VpcId, world } = await withVpc()
    const { ec2 } = world.api
    const Filters = [{ Name: 'vpc-id', Values: [VpcId] }]
    const { SecurityGroups } = await world.call(ec2.describeSecurityGroups({ Filters }))
    expect(SecurityGroups?.map((one) => one.GroupName)).toEqual(['default'])
    const main = [...Filters, { Name: 'association.main', Values: ['true'] }]
    const { RouteTables } = await world.call(ec2.describeRouteTables({ Filters: main }))
    expect(RouteTables?.[0]?.Routes?.[0]?.GatewayId).toBe('local')
    const { NetworkAcls } = await world.call(ec2.describeNetworkAcls({ Filters }))
    expect(NetworkAcls?.[0]?.Entries).toHaveLength(4)
    const attribute = { VpcId, Attribute: 'enableDnsHostnames' as const }
    expect(await world.call(ec2.describeVpcAttribute(attribute))).toMatchObject({
      EnableDnsHostnames: { Value: false },
    })
    await world.call(ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } }))
    expect(await world.call(ec2.describeVpcAttribute(attribute))).toMatchObject({
      EnableDnsHostnames: { Value: true },
    })
    await world.call(ec2.deleteVpc({ VpcId }))
    expect(await world.codeOf(ec2.describeVpcs({ VpcIds: [VpcId] }))).toBe('InvalidVpcID.NotFound')
    expect(world.account.network.routeTables.size).toBe(0)
  })

  it('do not go while something is in them', async () => {
    const { VpcId, world } = await withVpc()
    const { ec2 } = world.api
    const { Subnet } = await world.call(ec2.createSubnet({ VpcId, CidrBlock: '10.9.1.0/24' }))
    expect(Subnet).toMatchObject({ AvailabilityZone: 'eu-west-1a', AvailableIpAddressCount: 251 })
    expect(await world.codeOf(ec2.deleteVpc({ VpcId }))).toBe('DependencyViolation')
    const conflict = ec2.createSubnet({ VpcId, CidrBlock: '10.9.1.128/25' })
    expect(await world.codeOf(conflict)).toBe('InvalidSubnet.Conflict')
    const outside = ec2.createSubnet({ VpcId, CidrBlock: '10.8.1.0/24' })
    expect(await world.codeOf(outside)).toBe('InvalidSubnet.Range')
    await world.call(ec2.deleteSubnet({ SubnetId: Subnet?.SubnetId }))
    await world.call(ec2.deleteVpc({ VpcId }))
  })

  it('have a default one on request, where instances go that name no subnet', async () => {
    const world = smallWorld()
    const { ec2 } = world.api
    const ImageId = world.account.images.newest('AmazonLinux2023', 'amd64', '1.32')?.id
    const run = { ImageId, InstanceType: 'm5.large' as const, MinCount: 2, MaxCount: 2 }
    expect(await world.codeOf(ec2.runInstances(run))).toBe('VPCIdNotSpecified')
    await world.call(ec2.createDefaultVpc({}))
    expect(await world.codeOf(ec2.createDefaultVpc({}))).toBe('DefaultVpcAlreadyExists')
    expect(await world.codeOf(ec2.runInstances({ ...run, DryRun: true }))).toBe('DryRunOperation')
    const { Instances = [] } = await world.call(ec2.runInstances(run))
    expect(Instances.map((one) => one.State?.Name)).toEqual(['pending', 'pending'])
    world.advance(20_000)
    const InstanceIds = Instances.flatMap((one) => one.InstanceId ?? [])
    const { InstanceStatuses } = await world.call(ec2.describeInstanceStatus({ InstanceIds }))
    expect(InstanceStatuses?.map((one) => one.InstanceStatus?.Status)).toEqual(['ok', 'ok'])
    const SubnetId = [...world.account.subnets.values()].find((one) => one.isDefault)?.id
    expect(await world.codeOf(ec2.deleteSubnet({ SubnetId }))).toBe('DependencyViolation')
    await world.call(ec2.terminateInstances({ InstanceIds }))
    world.advance(60_000)
    expect(world.account.instances.get(InstanceIds[0] ?? '')?.state).toBe('terminated')
  })
})

describe('security groups', () => {
  it('have rules that are authorized once and revoked once', async () => {
    const { VpcId, world } = await withVpc()
    const { ec2 } = world.api
    const { GroupId } = await world.call(
      ec2.createSecurityGroup({ VpcId, GroupName: 'web', Description: 'web' }),
    )
    const permission = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }
    const IpPermissions = [
      { ...permission, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'in' }] },
      { ...permission, UserIdGroupPairs: [{ GroupId }] },
    ]
    const rules = { GroupId, IpPermissions }
    await world.call(ec2.authorizeSecurityGroupIngress(rules))
    expect(await world.codeOf(ec2.authorizeSecurityGroupIngress(rules))).toBe(
      'InvalidPermission.Duplicate',
    )
    const read = async () => {
      const answer = await world.call(ec2.describeSecurityGroups({ GroupIds: [GroupId ?? ''] }))
      return answer.SecurityGroups?.[0]
    }
    expect((await read())?.IpPermissions).toHaveLength(1)
    expect((await read())?.IpPermissions?.[0]).toMatchObject({
      IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'in' }],
      UserIdGroupPairs: [{ GroupId }],
    })
    const Filters = [{ Name: 'group-id', Values: [GroupId ?? ''] }]
    const all = await world.call(ec2.describeSecurityGroupRules({ Filters }))
    expect(all.SecurityGroupRules).toHaveLength(3)
    await world.call(ec2.revokeSecurityGroupIngress(rules))
    expect(await world.codeOf(ec2.revokeSecurityGroupIngress(rules))).toBe(
      'InvalidPermission.NotFound',
    )
    const anything = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }
    await world.call(ec2.revokeSecurityGroupEgress({ GroupId, IpPermissions: [anything] }))
    expect((await read())?.IpPermissionsEgress).toEqual([])
    await world.call(ec2.deleteSecurityGroup({ GroupId }))
    expect(await world.codeOf(ec2.describeSecurityGroups({ GroupIds: [GroupId ?? ''] }))).toBe(
      'InvalidGroup.NotFound',
    )
  })
})

describe('routes', () => {
  it('lead subnets to gateways', async () => {
    const { VpcId, world } = await withVpc()
    const { ec2 } = world.api
    const { InternetGateway } = await world.call(ec2.createInternetGateway({}))
    const InternetGatewayId = InternetGateway?.InternetGatewayId
    await world.call(ec2.attachInternetGateway({ InternetGatewayId, VpcId }))
    const { RouteTable } = await world.call(ec2.createRouteTable({ VpcId }))
    const RouteTableId = RouteTable?.RouteTableId
    const DestinationCidrBlock = '0.0.0.0/0'
    const route = { RouteTableId, DestinationCidrBlock, GatewayId: InternetGatewayId }
    await world.call(ec2.createRoute(route))
    expect(await world.codeOf(ec2.createRoute(route))).toBe('RouteAlreadyExists')
    const { Subnet } = await world.call(ec2.createSubnet({ VpcId, CidrBlock: '10.9.0.0/24' }))
    const SubnetId = Subnet?.SubnetId
    const { AssociationId } = await world.call(ec2.associateRouteTable({ RouteTableId, SubnetId }))
    expect(await world.codeOf(ec2.deleteRouteTable({ RouteTableId }))).toBe('DependencyViolation')
    await world.call(ec2.disassociateRouteTable({ AssociationId }))
    await world.call(ec2.deleteRoute({ RouteTableId, DestinationCidrBlock }))
    await world.call(ec2.deleteRouteTable({ RouteTableId }))
    expect(await world.codeOf(ec2.deleteInternetGateway({ InternetGatewayId }))).toBe(
      'DependencyViolation',
    )
    await world.call(ec2.detachInternetGateway({ InternetGatewayId, VpcId }))
    await world.call(ec2.deleteInternetGateway({ InternetGatewayId }))
  })

  it('lead private subnets to a NAT gateway, which takes its time', async () => {
    const world = smallWorld()
    const { ec2 } = world.api
    const { AllocationId } = await world.call(ec2.allocateAddress({ Domain: 'vpc' }))
    const { NatGateway } = await world.call(
      ec2.createNatGateway({ SubnetId: 'subnet-a', AllocationId }),
    )
    const stateOf = async () => {
      const NatGatewayIds = [NatGateway?.NatGatewayId ?? '']
      const { NatGateways } = await world.call(ec2.describeNatGateways({ NatGatewayIds }))
      return NatGateways?.[0]?.State
    }
    expect(await stateOf()).toBe('pending')
    world.advance(100_000)
    expect(await stateOf()).toBe('available')
    expect(await world.codeOf(ec2.releaseAddress({ AllocationId }))).toBe('InvalidIPAddress.InUse')
    await world.call(ec2.deleteNatGateway({ NatGatewayId: NatGateway?.NatGatewayId }))
    world.advance(70_000)
    expect(await stateOf()).toBe('deleted')
    await world.call(ec2.releaseAddress({ AllocationId }))
  })
})

describe('tags', () => {
  it('are put, found, and removed on any resource', async () => {
    const { VpcId, world } = await withVpc()
    const { ec2 } = world.api
    const Tags = [{ Key: 'team', Value: 'a' }]
    await world.call(ec2.createTags({ Resources: [VpcId, 'subnet-a'], Tags }))
    const Filters = [{ Name: 'key', Values: ['team'] }]
    const found = await world.call(ec2.describeTags({ Filters }))
    expect(found.Tags?.map((one) => one.ResourceType).sort()).toEqual(['subnet', 'vpc'])
    const byTag = [{ Name: 'tag:team', Values: ['a'] }]
    const { Subnets } = await world.call(ec2.describeSubnets({ Filters: byTag }))
    expect(Subnets?.map((one) => one.SubnetId)).toEqual(['subnet-a'])
    const other = { Resources: [VpcId], Tags: [{ Key: 'team', Value: 'b' }] }
    await world.call(ec2.deleteTags(other))
    expect((await world.call(ec2.describeTags({ Filters }))).Tags).toHaveLength(2)
    await world.call(ec2.deleteTags({ Resources: [VpcId, 'subnet-a'], Tags: [{ Key: 'team' }] }))
    expect((await world.call(ec2.describeTags({ Filters }))).Tags).toHaveLength(0)
    expect(await world.codeOf(ec2.createTags({ Resources: ['vpc-x'], Tags }))).toBe('InvalidID')
  })
})
