/** What templates name: key pairs, placement groups, types that a zone lacks. Twin layer. */

import { expect, it } from 'vitest'
import { smallWorld } from '../../../../test/small-world.ts'

const PublicKeyMaterial = new TextEncoder().encode('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ops@example')

it('imports a key pair once, finds it, and forgets it', async () => {
  const { api, call } = smallWorld()
  const made = await call(api.ec2.importKeyPair({ KeyName: 'ops', PublicKeyMaterial }))
  expect(made.KeyPairId).toMatch(/^key-[\da-f]{17}$/)
  const again = call(api.ec2.importKeyPair({ KeyName: 'ops', PublicKeyMaterial }))
  await expect(again).rejects.toMatchObject({
    context: { serviceCode: 'InvalidKeyPair.Duplicate' },
  })
  const bad = call(
    api.ec2.importKeyPair({ KeyName: 'b', PublicKeyMaterial: new TextEncoder().encode('no key') }),
  )
  await expect(bad).rejects.toMatchObject({ context: { serviceCode: 'InvalidKey.Format' } })
  const Filters = [{ Name: 'key-name', Values: ['ops', 'other'] }]
  const found = await call(api.ec2.describeKeyPairs({ Filters }))
  expect(found.KeyPairs?.map((one) => [one.KeyName, one.KeyType])).toEqual([['ops', 'ed25519']])
  const other = call(api.ec2.describeKeyPairs({ KeyNames: ['other'] }))
  await expect(other).rejects.toMatchObject({ code: 'not-found' })
  await call(api.ec2.deleteKeyPair({ KeyName: 'ops' }))
  expect(await call(api.ec2.deleteKeyPair({ KeyName: 'ops' }))).toEqual({ Return: true })
  expect((await call(api.ec2.describeKeyPairs({}))).KeyPairs).toEqual([])
})

it('makes placement groups with their constraints', async () => {
  const { api, call } = smallWorld()
  await call(api.ec2.createPlacementGroup({ GroupName: 'gpu', Strategy: 'cluster' }))
  await call(api.ec2.createPlacementGroup({ GroupName: 'db', Strategy: 'partition' }))
  const codeOf = async (input: Parameters<typeof api.ec2.createPlacementGroup>[0]) =>
    call(api.ec2.createPlacementGroup(input)).then(
      () => 'made',
      (error) => error.context.serviceCode,
    )
  expect([
    await codeOf({ GroupName: 'gpu', Strategy: 'cluster' }),
    await codeOf({ GroupName: 'x' }),
    await codeOf({ GroupName: 'x', Strategy: 'spread', PartitionCount: 2 }),
    await codeOf({ GroupName: 'x', Strategy: 'partition', PartitionCount: 8 }),
  ]).toEqual([
    'InvalidPlacementGroup.Duplicate',
    'InvalidParameterValue',
    'InvalidParameterValue',
    'InvalidParameterValue',
  ])
  const { PlacementGroups } = await call(api.ec2.describePlacementGroups({}))
  expect(PlacementGroups?.map((one) => [one.GroupName, one.PartitionCount])).toEqual([
    ['gpu', undefined],
    ['db', 2],
  ])
  await call(api.ec2.deletePlacementGroup({ GroupName: 'gpu' }))
  const gone = call(api.ec2.describePlacementGroups({ GroupNames: ['gpu'] }))
  await expect(gone).rejects.toMatchObject({ code: 'not-found' })
})

it('has types that a zone does not offer', async () => {
  const { account, api, call } = smallWorld()
  account.capacity.addGap('m6i.large', 'eu-west-1b')
  const Filters = [{ Name: 'instance-type', Values: ['m6i.large'] }]
  const LocationType = 'availability-zone'
  const answer = await call(api.ec2.describeInstanceTypeOfferings({ LocationType, Filters }))
  expect(answer.InstanceTypeOfferings?.map((one) => one.Location)).toEqual([
    'eu-west-1a',
    'eu-west-1c',
  ])
  const pool = { instanceType: 'm6i.large', zone: 'eu-west-1b', capacityType: 'ON_DEMAND' } as const
  expect(account.capacity.take(pool, 0)).toBe('no-capacity')
})

it('assigns IPv6 addresses only in subnets with a block of them', async () => {
  const { account, api, call } = smallWorld()
  const [subnet] = [...account.subnets.values()]
  const SubnetId = subnet?.id ?? ''
  const AssignIpv6AddressOnCreation = { Value: true }
  const change = () =>
    call(api.ec2.modifySubnetAttribute({ SubnetId, AssignIpv6AddressOnCreation }))
  await expect(change()).rejects.toMatchObject({ code: 'invalid' })
  account.subnets.set(SubnetId, { ...subnet!, ipv6Cidr: '2001:db8:1234:1a00::/64' })
  await change()
  const { Subnets } = await call(api.ec2.describeSubnets({ SubnetIds: [SubnetId] }))
  expect(Subnets?.[0]).toMatchObject({ AssignIpv6AddressOnCreation: true })
})
