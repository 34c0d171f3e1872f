// The AWS SDK for JavaScript: waiters and paginators, and its own error classes.
import * as AutoScaling from '@aws-sdk/client-auto-scaling'
import * as Ec2 from '@aws-sdk/client-ec2'
import * as Eks from '@aws-sdk/client-eks'
import * as Iam from '@aws-sdk/client-iam'
import * as Ssm from '@aws-sdk/client-ssm'
import { expectEqual, newSuite } from './suite.mjs'

/** It is a dependency: always there. */
export async function missing() {
  return undefined
}

async function all(pages, key) {
  const found = []
  let count = 0
  for await (const page of pages) {
    found.push(...(page[key] ?? []))
    count += 1
  }
  return { found, count }
}

/** Everything on one twin. */
export async function runSuite({ twin }) {
  const { check, counts } = newSuite('sdk')
  const options = { endpoint: twin.endpoint, region: twin.region, credentials: twin.credentials }
  const eks = new Eks.EKS(options)
  const ec2 = new Ec2.EC2(options)
  const iam = new Iam.IAM(options)
  const autoScaling = new AutoScaling.AutoScaling(options)
  const ssm = new Ssm.SSM(options)
  const waiting = (client) => ({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 })
  const ends = async (waiter, state) => expectEqual((await waiter).state, state)

  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.60.0.0/16' })
  const subnetIds = []
  for (const [index, zone] of ['a', 'b'].entries()) {
    const CidrBlock = `10.60.${index}.0/24`
    const place = { VpcId: Vpc.VpcId, CidrBlock, AvailabilityZone: `eu-west-1${zone}` }
    subnetIds.push((await ec2.createSubnet(place)).Subnet.SubnetId)
  }
  const roles = {}
  for (const kind of ['eks', 'ec2']) {
    const Statement = [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: `${kind}.amazonaws.com` },
      },
    ]
    const AssumeRolePolicyDocument = JSON.stringify({ Statement })
    const { Role } = await iam.createRole({ RoleName: `sdk-${kind}`, AssumeRolePolicyDocument })
    roles[kind] = Role.Arn
  }
  const names = ['one', 'two']
  for (const name of names) {
    await eks.createCluster({ name, roleArn: roles.eks, resourcesVpcConfig: { subnetIds } })
  }
  for (const name of names) {
    await check(`waitUntilClusterActive ${name}`, () =>
      ends(Eks.waitUntilClusterActive(waiting(eks), { name }), 'SUCCESS'),
    )
  }
  await check('paginateListClusters', async () => {
    const pages = Eks.paginateListClusters({ client: eks, pageSize: 1 }, {})
    expectEqual(await all(pages, 'clusters'), { found: names, count: 2 })
  })
  const key = { clusterName: 'one' }
  const group = { ...key, nodeRole: roles.ec2, subnets: subnetIds }
  for (const nodegroupName of names) await eks.createNodegroup({ ...group, nodegroupName })
  for (const nodegroupName of names) {
    await check(`waitUntilNodegroupActive ${nodegroupName}`, () =>
      ends(Eks.waitUntilNodegroupActive(waiting(eks), { ...key, nodegroupName }), 'SUCCESS'),
    )
  }
  await check('paginateListNodegroups', async () => {
    const pages = Eks.paginateListNodegroups({ client: eks, pageSize: 1 }, key)
    expectEqual(await all(pages, 'nodegroups'), { found: names, count: 2 })
  })
  await check('errors are the classes of the SDK', async () => {
    const error = await eks.describeNodegroup({ ...key, nodegroupName: 'none' }).catch((one) => one)
    if (!(error instanceof Eks.ResourceNotFoundException)) throw error
    expectEqual(error.$metadata.httpStatusCode, 404)
    const twice = await eks.createNodegroup({ ...group, nodegroupName: 'one' }).catch((one) => one)
    if (!(twice instanceof Eks.ResourceInUseException)) throw twice
  })
  const addonName = 'coredns'
  await eks.createAddon({ ...key, addonName })
  await check('waitUntilAddonActive', () =>
    ends(Eks.waitUntilAddonActive(waiting(eks), { ...key, addonName }), 'SUCCESS'),
  )
  await eks.deleteAddon({ ...key, addonName })
  await check('waitUntilAddonDeleted', () =>
    ends(Eks.waitUntilAddonDeleted(waiting(eks), { ...key, addonName }), 'SUCCESS'),
  )
  await check('paginateGetParametersByPath', async () => {
    const Path = '/aws/service/eks/optimized-ami/1.33'
    const pages = Ssm.paginateGetParametersByPath(
      { client: ssm, pageSize: 2 },
      { Path, Recursive: true },
    )
    const { count, found } = await all(pages, 'Parameters')
    if (count < 2 || found.length < 3) throw new Error(`${found.length} in ${count} pages`)
  })
  await scaling({ check, ec2, autoScaling, ends, subnetIds, waiting })
  for (const nodegroupName of names) await eks.deleteNodegroup({ ...key, nodegroupName })
  for (const nodegroupName of names) {
    await check(`waitUntilNodegroupDeleted ${nodegroupName}`, () =>
      ends(Eks.waitUntilNodegroupDeleted(waiting(eks), { ...key, nodegroupName }), 'SUCCESS'),
    )
  }
  for (const name of names) await eks.deleteCluster({ name })
  for (const name of names) {
    await check(`waitUntilClusterDeleted ${name}`, () =>
      ends(Eks.waitUntilClusterDeleted(waiting(eks), { name }), 'SUCCESS'),
    )
  }
  return counts
}

async function scaling({ autoScaling, check, ec2, ends, subnetIds, waiting }) {
  const pages = Ec2.paginateDescribeImages({ client: ec2, pageSize: 100 }, {})
  const { count, found } = await all(pages, 'Images')
  await check('paginateDescribeImages', () => {
    if (count < 2) throw new Error(`${found.length} in ${count} pages`)
  })
  const image = found.find((one) => one.Architecture === 'x86_64')
  const LaunchTemplateData = { ImageId: image.ImageId, InstanceType: 'm6i.large' }
  await ec2.createLaunchTemplate({ LaunchTemplateName: 'sdk-template', LaunchTemplateData })
  const run = { LaunchTemplate: { LaunchTemplateName: 'sdk-template' }, MinCount: 2, MaxCount: 2 }
  const { Instances } = await ec2.runInstances({ ...run, SubnetId: subnetIds[0] })
  const InstanceIds = Instances.map((one) => one.InstanceId)
  await check('waitUntilInstanceRunning', () =>
    ends(Ec2.waitUntilInstanceRunning(waiting(ec2), { InstanceIds }), 'SUCCESS'),
  )
  await ec2.terminateInstances({ InstanceIds })
  await check('waitUntilInstanceTerminated', () =>
    ends(Ec2.waitUntilInstanceTerminated(waiting(ec2), { InstanceIds }), 'SUCCESS'),
  )
  const made = {
    MinSize: 0,
    MaxSize: 3,
    DesiredCapacity: 2,
    VPCZoneIdentifier: subnetIds.join(','),
    LaunchTemplate: { LaunchTemplateName: 'sdk-template', Version: '$Latest' },
  }
  for (const AutoScalingGroupName of ['sdk-a', 'sdk-b']) {
    await autoScaling.createAutoScalingGroup({ ...made, AutoScalingGroupName })
  }
  const names = { AutoScalingGroupNames: ['sdk-a', 'sdk-b'] }
  await check('waitUntilGroupInService', () =>
    ends(AutoScaling.waitUntilGroupInService(waiting(autoScaling), names), 'SUCCESS'),
  )
  await check('waitUntilGroupExists', () =>
    ends(AutoScaling.waitUntilGroupExists(waiting(autoScaling), names), 'SUCCESS'),
  )
  await check('paginateDescribeAutoScalingGroups', async () => {
    const client = autoScaling
    const one = AutoScaling.paginateDescribeAutoScalingGroups({ client, pageSize: 1 }, names)
    const { count: pageCount, found: groups } = await all(one, 'AutoScalingGroups')
    expectEqual(
      [pageCount, groups.map((each) => each.AutoScalingGroupName)],
      [2, ['sdk-a', 'sdk-b']],
    )
  })
  for (const AutoScalingGroupName of names.AutoScalingGroupNames) {
    await autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true })
  }
  await check('waitUntilGroupNotExists', () =>
    ends(AutoScaling.waitUntilGroupNotExists(waiting(autoScaling), names), 'SUCCESS'),
  )
}
