/** An empty account becomes a working cluster; add-ons, access and settings of it. Twin layer. */

import { describe, expect, it } from 'vitest'
import { nodeRole, type SmallWorld, smallWorld } from '../../../../test/small-world.ts'
import { emptyWorld } from '../../build/empty-world.ts'
import { Session } from '../../kernel/session.ts'
import { buildTwin } from '../../twin.ts'

const minuteMs = 60_000
const roleArn = 'arn:aws:iam::111122223333:role/cluster'
const request = {
  name: 'made',
  version: '1.33',
  roleArn,
  resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-b'] },
}

async function withCluster(change: object = {}): Promise<SmallWorld> {
  const world = smallWorld()
  await world.call(world.api.eks.createCluster({ ...request, ...change }))
  world.advance(12 * minuteMs)
  return world
}

describe('creation', () => {
  it('from nothing at all: network, roles, cluster, node group, Ready nodes, running DNS', async () => {
    const twin = buildTwin(emptyWorld('eu-west-1'), { seed: 'empty' })
    const { account, faults, kernel } = twin
    expect(account.clusters.size + account.subnets.size + account.network.vpcs.size).toBe(0)
    const api = account.api(new Session('tester', kernel, faults))
    const call = <T>(work: Promise<T>): Promise<T> => kernel.runUntil(work)
    const { Vpc } = await call(api.ec2.createVpc({ CidrBlock: '10.0.0.0/16' }))
    const subnetIds: string[] = []
    for (const [index, zone] of ['a', 'b'].entries()) {
      const CidrBlock = `10.0.${index}.0/24`
      const AvailabilityZone = `eu-west-1${zone}`
      const place = { VpcId: Vpc?.VpcId, CidrBlock, AvailabilityZone }
      const { Subnet } = await call(api.ec2.createSubnet(place))
      subnetIds.push(Subnet?.SubnetId ?? '')
    }
    const roles: string[] = []
    for (const principal of ['eks', 'ec2']) {
      const Statement = [{ Principal: { Service: `${principal}.amazonaws.com` } }]
      const AssumeRolePolicyDocument = JSON.stringify({ Statement })
      const RoleName = `role-${principal}`
      const { Role } = await call(api.iam.createRole({ RoleName, AssumeRolePolicyDocument }))
      roles.push(Role?.Arn ?? '')
    }
    const [clusterRole, role] = roles
    await call(
      api.eks.createCluster({
        name: 'made',
        roleArn: clusterRole,
        resourcesVpcConfig: { subnetIds },
      }),
    )
    const shown = async () => (await call(api.eks.describeCluster({ name: 'made' }))).cluster
    expect(await shown()).toMatchObject({ status: 'CREATING', version: '1.35' })
    expect((await shown())?.endpoint).toBeUndefined()
    kernel.advanceTo(kernel.nowMs() + 7 * minuteMs)
    expect((await shown())?.status).toBe('CREATING')
    kernel.advanceTo(kernel.nowMs() + 5 * minuteMs)
    expect((await shown())?.status).toBe('ACTIVE')
    await call(
      api.eks.createNodegroup({
        clusterName: 'made',
        nodegroupName: 'ng',
        nodeRole: role,
        subnets: subnetIds,
        scalingConfig: { minSize: 2, maxSize: 2, desiredSize: 2 },
      }),
    )
    kernel.advanceTo(kernel.nowMs() + 6 * minuteMs)
    const { nodegroup } = await call(
      api.eks.describeNodegroup({ clusterName: 'made', nodegroupName: 'ng' }),
    )
    expect(nodegroup).toMatchObject({
      status: 'ACTIVE',
      diskSize: 20,
      instanceTypes: ['t3.medium'],
    })
    const cluster = twin.clusters.get('made')
    expect(cluster?.store.list('Node')).toHaveLength(2)
    const dns = cluster?.store.list('Pod').filter((pod) => pod.metadata.name.startsWith('coredns'))
    expect(dns?.map((pod) => pod.status?.phase)).toEqual(['Running', 'Running'])
    const deletion = api.eks.deleteCluster({ name: 'made' })
    await expect(call(deletion)).rejects.toThrow('Cluster has nodegroups attached')
    await call(api.eks.deleteNodegroup({ clusterName: 'made', nodegroupName: 'ng' }))
    kernel.advanceTo(kernel.nowMs() + 10 * minuteMs)
    await call(api.eks.deleteCluster({ name: 'made' }))
    kernel.advanceTo(kernel.nowMs() + 6 * minuteMs)
    await expect(call(api.eks.describeCluster({ name: 'made' }))).rejects.toThrow(
      'No cluster found for name: made.',
    )
    expect(twin.clusters.size).toBe(0)
  })

  const refusals = [
    { name: 'an unknown role', change: { roleArn: `${roleArn}x` }, text: 'could not be assumed' },
    { name: 'the role of nodes', change: { roleArn: nodeRole }, text: 'could not be assumed' },
    {
      name: 'one zone',
      change: { resourcesVpcConfig: { subnetIds: ['subnet-a'] } },
      text: 'at least two different AZs',
    },
    {
      name: 'an unknown subnet',
      change: { resourcesVpcConfig: { subnetIds: ['subnet-x'] } },
      text: "The subnet ID 'subnet-x' does not exist",
    },
    {
      name: 'an old version',
      change: { version: '1.20' },
      text: 'unsupported Kubernetes version 1.20',
    },
    { name: 'a name in use', change: { name: 'c1' }, text: 'Cluster already exists with name: c1' },
  ]
  it.each(refusals)('is refused for $name', async ({ change, text }) => {
    const world = smallWorld()
    const creation = world.api.eks.createCluster({ ...request, ...change })
    await expect(world.call(creation)).rejects.toThrow(text)
  })
})

describe('settings', () => {
  const changes = [
    {
      name: 'private endpoint',
      change: { resourcesVpcConfig: { endpointPrivateAccess: true } },
      type: 'EndpointAccessUpdate',
      after: { resourcesVpcConfig: { endpointPrivateAccess: true } },
    },
    {
      name: 'logging',
      change: { logging: { clusterLogging: [{ enabled: true, types: ['api' as const] }] } },
      type: 'LoggingUpdate',
      after: { logging: { clusterLogging: [{ enabled: true, types: ['api'] }, {}] } },
    },
    {
      name: 'authentication',
      change: { accessConfig: { authenticationMode: 'API' as const } },
      type: 'AccessConfigUpdate',
      after: { accessConfig: { authenticationMode: 'API' } },
    },
    {
      name: 'deletion protection',
      change: { deletionProtection: true },
      type: 'DeletionProtectionUpdate',
      after: { deletionProtection: true },
    },
  ]
  it.each(changes)('$name', async ({ after, change, type }) => {
    const world = await withCluster()
    const { eks } = world.api
    const { update } = await world.call(eks.updateClusterConfig({ name: 'made', ...change }))
    expect(update).toMatchObject({ type, status: 'InProgress' })
    const busy = eks.updateClusterConfig({ name: 'made', deletionProtection: false })
    expect(await world.codeOf(busy)).toBe('ResourceInUseException')
    world.advance(4 * minuteMs)
    const { cluster } = await world.call(eks.describeCluster({ name: 'made' }))
    expect(cluster).toMatchObject({ status: 'ACTIVE', ...after })
  })

  it('refuses what is so already, and two things at once', async () => {
    const world = await withCluster()
    const { eks } = world.api
    const same = { name: 'made', resourcesVpcConfig: { endpointPublicAccess: true } }
    await expect(world.call(eks.updateClusterConfig(same))).rejects.toThrow(
      'Cluster is already at the desired configuration',
    )
    const two = { name: 'made', deletionProtection: true, zonalShiftConfig: { enabled: true } }
    await expect(world.call(eks.updateClusterConfig(two))).rejects.toThrow('Only one type')
  })
})

describe('add-ons', () => {
  const key = { clusterName: 'made', addonName: 'coredns' }

  it('wait for nodes, are DEGRADED without, and take their workload with them', async () => {
    const world = await withCluster()
    const { eks } = world.api
    await world.call(eks.createAddon({ ...key, addonName: 'vpc-cni' }))
    await world.call(eks.createAddon({ ...key, tags: { a: 'b' } }))
    expect(await world.codeOf(eks.createAddon(key))).toBe('ResourceInUseException')
    world.advance(2 * minuteMs)
    const shown = async (addonName: string) =>
      (await world.call(eks.describeAddon({ ...key, addonName }))).addon
    expect((await shown('vpc-cni'))?.status).toBe('ACTIVE')
    expect((await shown('coredns'))?.status).toBe('CREATING')
    world.advance(16 * minuteMs)
    expect(await shown('coredns')).toMatchObject({
      status: 'DEGRADED',
      health: { issues: [{ code: 'InsufficientNumberOfReplicas' }] },
    })
    const resourceArn = (await shown('coredns'))?.addonArn
    await world.call(eks.tagResource({ resourceArn, tags: { c: 'd' } }))
    expect((await world.call(eks.listTagsForResource({ resourceArn }))).tags).toEqual({
      a: 'b',
      c: 'd',
    })
    await world.call(eks.deleteAddon(key))
    world.advance(minuteMs)
    expect(await world.codeOf(eks.describeAddon(key))).toBe('ResourceNotFoundException')
    const { twin } = world.account.cluster('made')
    expect(twin.store.get('Deployment', 'kube-system', 'coredns')).toBeUndefined()
  })

  it('are refused with a wrong version or name', async () => {
    const world = await withCluster()
    const { eks } = world.api
    const wrong = eks.createAddon({ ...key, addonName: 'kube-proxy', addonVersion: 'v1.20.0' })
    await expect(world.call(wrong)).rejects.toThrow('not supported in 1.33 kubernetes version')
    const unknown = eks.createAddon({ ...key, addonName: 'nothing' })
    await expect(world.call(unknown)).rejects.toThrow('Addon nothing specified is not supported')
  })
})

describe('access', () => {
  const principalArn = 'arn:aws:iam::111122223333:role/team/admins'
  const key = { clusterName: 'made', principalArn }
  const accessConfig = { authenticationMode: 'API_AND_CONFIG_MAP' as const }

  it('is off by default, and goes to the creator when it is on', async () => {
    const off = await withCluster()
    await expect(off.call(off.api.eks.createAccessEntry(key))).rejects.toThrow(
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]",
    )
    const world = await withCluster({ accessConfig })
    const { accessEntries } = await world.call(
      world.api.eks.listAccessEntries({ clusterName: 'made' }),
    )
    expect(accessEntries).toEqual(['arn:aws:iam::111122223333:user/tester'])
  })

  it('has entries with policies', async () => {
    const world = await withCluster({ accessConfig })
    const { eks } = world.api
    const { accessEntry } = await world.call(eks.createAccessEntry(key))
    expect(accessEntry).toMatchObject({
      type: 'STANDARD',
      username: 'arn:aws:sts::111122223333:assumed-role/admins/{{SessionName}}',
    })
    const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
    const accessScope = { type: 'namespace' as const, namespaces: ['web'] }
    await world.call(eks.associateAccessPolicy({ ...key, policyArn, accessScope }))
    const associated = async () =>
      (await world.call(eks.listAssociatedAccessPolicies(key))).associatedAccessPolicies
    expect(await associated()).toMatchObject([{ policyArn, accessScope }])
    const wrong = { ...key, policyArn: 'x', accessScope }
    expect(await world.codeOf(eks.associateAccessPolicy(wrong))).toBe('InvalidParameterException')
    await world.call(eks.disassociateAccessPolicy({ ...key, policyArn }))
    expect(await associated()).toEqual([])
    const kubernetesGroups = ['system:masters']
    expect(await world.codeOf(eks.updateAccessEntry({ ...key, kubernetesGroups }))).toBe(
      'InvalidParameterException',
    )
    await world.call(eks.updateAccessEntry({ ...key, kubernetesGroups: ['viewers'] }))
    await world.call(eks.deleteAccessEntry(key))
    expect(await world.codeOf(eks.describeAccessEntry(key))).toBe('ResourceNotFoundException')
  })
})
