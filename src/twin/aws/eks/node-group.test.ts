/** Managed node groups: creation, refusals, failure, deletion, config updates. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { describe, expect, it } from 'vitest'
import {
  addPod,
  clusterName,
  nodeGroupRequest,
  nodeRole,
  type SmallWorld,
  smallWorld,
} from '../../../../test/small-world.ts'
import { toBase64 } from '../../../nodes/base64.ts'
import { interruptSpot } from '../autoscaling/loss.ts'
import { liveInstances } from '../autoscaling/reconcile.ts'

const minuteMs = 60_000
const key = { clusterName, nodegroupName: 'ng' }

async function describeGroup(world: SmallWorld): Promise<Sdk.Nodegroup> {
  const { nodegroup } = await world.call(world.api.eks.describeNodegroup(key))
  return nodegroup ?? {}
}

async function createGroup(
  world: SmallWorld,
  change: Partial<Sdk.CreateNodegroupRequest> = {},
): Promise<void> {
  await world.call(world.api.eks.createNodegroup({ ...nodeGroupRequest(), ...change }))
}

async function createTemplate(world: SmallWorld, data: object, name = 'template'): Promise<string> {
  const { LaunchTemplate } = await world.call(
    world.api.ec2.createLaunchTemplate({
      LaunchTemplateName: name,
      LaunchTemplateData: { EbsOptimized: false, ...data },
    }),
  )
  return LaunchTemplate?.LaunchTemplateId ?? ''
}

function groupOf(world: SmallWorld) {
  const group = [...world.account.groups.values()].find((one) => one.nodeGroupName === 'ng')
  if (group === undefined) throw new TypeError('the node group has no group yet')
  return group
}

describe('creation', () => {
  it('goes ACTIVE in two to five minutes, with its group, labels and role mapping', async () => {
    const world = smallWorld()
    await createGroup(world, {
      labels: { tier: 'web' },
      taints: [{ key: 'arch', value: 'arm64', effect: 'NO_SCHEDULE' }],
      capacityType: 'SPOT',
    })
    expect((await describeGroup(world)).status).toBe('CREATING')
    world.advance(5 * minuteMs)
    const group = await describeGroup(world)
    expect(group).toMatchObject({ status: 'ACTIVE', version: '1.32', capacityType: 'SPOT' })
    expect(group.releaseVersion).toMatch(/^1\.32\.\d+-\d{8}$/)
    expect(group.resources?.autoScalingGroups?.[0]?.name).toMatch(/^eks-ng-[0-9a-f-]{36}$/)
    const nodes = world.cluster.store.list('Node')
    expect(nodes).toHaveLength(3)
    expect(nodes[0]?.metadata.labels).toMatchObject({
      tier: 'web',
      'eks.amazonaws.com/nodegroup': 'ng',
      'eks.amazonaws.com/capacityType': 'SPOT',
    })
    expect(nodes[0]?.spec?.taints).toEqual([{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }])
    expect(world.account.cluster(clusterName).accessEntries.get(nodeRole)?.type).toBe('EC2_LINUX')
    const asg = groupOf(world)
    expect([...asg.tags.keys()]).toContain('k8s.io/cluster-autoscaler/enabled')
    expect(asg.hooks.map((hook) => hook.name)).toEqual(['Launch-LC-Hook', 'Terminate-LC-Hook'])
    expect(asg.templateName).toMatch(/^eks-[0-9a-f-]{36}$/)
  })

  it('takes one to two minutes without nodes', async () => {
    const world = smallWorld()
    await createGroup(world, { scalingConfig: { minSize: 0, maxSize: 3, desiredSize: 0 } })
    world.advance(minuteMs)
    expect((await describeGroup(world)).status).toBe('CREATING')
    world.advance(minuteMs)
    expect((await describeGroup(world)).status).toBe('ACTIVE')
  })

  it('answers equal tokens once, and creates anew after the group is gone', async () => {
    const world = smallWorld()
    const request = { ...nodeGroupRequest({ desiredSize: 0 }), clientRequestToken: 't1' }
    await world.call(world.api.eks.createNodegroup(request))
    expect(await world.codeOf(world.api.eks.createNodegroup(request))).toBe('ok')
    const other = { ...request, clientRequestToken: 't2' }
    expect(await world.codeOf(world.api.eks.createNodegroup(other))).toBe('ResourceInUseException')
    world.advance(5 * minuteMs)
    await world.call(world.api.eks.deleteNodegroup(key))
    world.advance(5 * minuteMs)
    expect(await world.codeOf(world.api.eks.describeNodegroup(key))).toBe(
      'ResourceNotFoundException',
    )
    await world.call(world.api.eks.createNodegroup(request))
    expect((await describeGroup(world)).status).toBe('CREATING')
  })

  it('takes effect when the answer is lost', async () => {
    const world = smallWorld()
    const effect = { kind: 'error-after', code: 'timeout' } as const
    world.faults.add({ operation: 'eks:CreateNodegroup', effect, occurrences: [1] })
    expect(await world.codeOf(world.api.eks.createNodegroup(nodeGroupRequest()))).toBe('timeout')
    expect((await describeGroup(world)).status).toBe('CREATING')
  })
})

describe('what is refused at once', () => {
  type Row = {
    name: string
    change: Partial<Sdk.CreateNodegroupRequest>
    template?: object
    code?: string
    text: string
  }
  const rows: Row[] = [
    { name: 'VER-1 version', change: { version: '1.31' }, text: 'should be equal' },
    {
      name: 'VER-3 release of another minor',
      change: { releaseVersion: '1.31.1-20250101' },
      text: 'not valid for kubernetes version 1.32',
    },
    {
      name: 'unpublished release',
      change: { releaseVersion: '1.32.99-20990101' },
      text: 'does not exist',
    },
    {
      name: 'SCL-1 minimum above desired',
      change: { scalingConfig: { minSize: 3, desiredSize: 2, maxSize: 4 } },
      text: "minSize can't be greater",
    },
    {
      name: 'SCL-1 desired above maximum',
      change: { scalingConfig: { minSize: 0, desiredSize: 5, maxSize: 4 } },
      text: "desiredSize can't be greater",
    },
    {
      name: 'SCL-4 both limits',
      change: { updateConfig: { maxUnavailable: 1, maxUnavailablePercentage: 10 } },
      text: 'one of maxUnavailable',
    },
    {
      name: 'LBL-1 reserved prefix',
      change: { labels: { 'node-role.kubernetes.io/web': 'x' } },
      text: 'reserved prefixes',
    },
    { name: 'LBL-2 empty value', change: { labels: { tier: '' } }, text: 'Invalid value' },
    {
      name: 'LBL-3 equal taints',
      change: {
        taints: [
          { key: 'a', effect: 'NO_SCHEDULE' },
          { key: 'a', value: 'b', effect: 'NO_SCHEDULE' },
        ],
      },
      text: 'Taints must differ',
    },
    { name: 'NAM-1 characters', change: { nodegroupName: 'a.b' }, text: '63 characters' },
    {
      name: 'AMI-4 architecture',
      change: { instanceTypes: ['m6g.large'] },
      text: '[m6g.large] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD',
    },
    {
      name: 'AMI-6 unknown type',
      change: { instanceTypes: ['m99.large'] },
      text: 'do not exist: [m99.large]',
    },
    { name: 'unknown subnet', change: { subnets: ['subnet-x'] }, text: 'subnet-x' },
    {
      name: 'LT-1 instance profile',
      change: {},
      template: { IamInstanceProfile: { Name: 'p' } },
      text: 'should not specify an instance profile',
    },
    {
      name: 'LT-2 subnet',
      change: {},
      template: { NetworkInterfaces: [{ SubnetId: 's' }] },
      text: 'subnet',
    },
    {
      name: 'LT-3 shutdown',
      change: {},
      template: { InstanceInitiatedShutdownBehavior: 'stop' },
      text: 'InstanceInitiatedShutdownBehavior',
    },
    {
      name: 'LT-4 market options',
      change: {},
      template: { InstanceMarketOptions: {} },
      text: 'Instance market options are not supported',
    },
    {
      name: 'LT-5 instance types twice',
      change: {},
      template: { InstanceType: 'm6i.large' },
      code: 'InvalidRequestException',
      text: 'Cannot specify instance types',
    },
    { name: 'LT-6 disk size', change: { diskSize: 50 }, template: {}, text: 'Disk size' },
    {
      name: 'LT-7 remote access',
      change: { remoteAccess: {} },
      template: {},
      text: 'Remote access',
    },
    {
      name: 'AMI-1 image and amiType',
      change: {},
      template: { ImageId: 'ami-1' },
      text: 'AMI Type other than CUSTOM',
    },
    {
      name: 'AMI-2 image and version',
      change: { version: '1.32', amiType: 'CUSTOM' },
      template: { ImageId: 'ami-1' },
      text: 'cannot specify a kubernetes version',
    },
    {
      name: 'LT-8 no id, no name',
      change: { launchTemplate: { version: '1' } },
      text: 'Either provide launch template ID',
    },
  ]
  it.each(rows)('$name', async ({ change, code, template, text }) => {
    const world = smallWorld()
    const launchTemplate =
      template === undefined
        ? {}
        : { launchTemplate: { id: await createTemplate(world, template) } }
    const work = (): Promise<unknown> =>
      world.api.eks.createNodegroup({ ...nodeGroupRequest(), ...launchTemplate, ...change })
    await expect(world.call(work())).rejects.toThrow(text)
    expect(await world.codeOf(work())).toBe(code ?? 'InvalidParameterException')
    expect(world.account.nodeGroups.size).toBe(0)
  })

  it('AMI-7 AL2 from 1.33 on', async () => {
    const world = smallWorld({ version: '1.33' })
    const request = { ...nodeGroupRequest(), amiType: 'AL2_x86_64' as const }
    await expect(world.call(world.api.eks.createNodegroup(request))).rejects.toThrow(
      'only supported for kubernetes versions 1.32 or earlier',
    )
  })
})

describe('launch templates', () => {
  const mime = (body: string): string =>
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n--//\nContent-Type: application/node.eks.aws\n\n${body}\n--//--\n`
  const full = `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster: {name: c1, apiServerEndpoint: https://x, certificateAuthority: Q0E=, cidr: 10.100.0.0/16}
  kubelet: {flags: ['--node-labels=team=web']}`
  const al2 = `#!/bin/bash\n/etc/eks/bootstrap.sh c1 --kubelet-extra-args '--node-labels=team=web'`
  type Row = {
    name: string
    userData: string
    family: 'own' | 'eks'
    status: string
    code?: string
  }
  const rows: Row[] = [
    {
      name: 'EKS image, MIME',
      userData: mime('apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig'),
      family: 'eks',
      status: 'ACTIVE',
    },
    { name: 'EKS image, nothing', userData: '', family: 'eks', status: 'ACTIVE' },
    {
      name: 'EKS image, plain shell (UD-1)',
      userData: '#!/bin/bash\ntrue',
      family: 'eks',
      status: 'CREATE_FAILED',
      code: 'Ec2LaunchTemplateInvalidConfiguration',
    },
    { name: 'own image, whole NodeConfig', userData: mime(full), family: 'own', status: 'ACTIVE' },
    {
      name: 'own image, nothing (UD-3)',
      userData: '',
      family: 'own',
      status: 'CREATE_FAILED',
      code: 'NodeCreationFailure',
    },
    {
      name: 'own image, bootstrap.sh on AL2023 (UD-4)',
      userData: al2,
      family: 'own',
      status: 'CREATE_FAILED',
      code: 'NodeCreationFailure',
    },
    {
      name: 'own image, another cluster',
      userData: mime(full.replace('c1', 'c2')),
      family: 'own',
      status: 'CREATE_FAILED',
      code: 'NodeCreationFailure',
    },
    {
      name: 'own image, forbidden label (UD-8)',
      userData: mime(full.replace('team=web', 'node-role.kubernetes.io/x=y')),
      family: 'own',
      status: 'CREATE_FAILED',
      code: 'NodeCreationFailure',
    },
    ...[
      ['EKS image, a NodeConfig that does not decode', mime('kind: NodeConfig'), 'eks'] as const,
      [
        'EKS image, no blank line in a part',
        mime(full).replace('aws\n\n', 'aws\n'),
        'eks',
      ] as const,
      ['own image, no cidr', mime(full.replace('cidr', 'cidrs')), 'own'] as const,
      ['own image, TOML', '[settings.kubernetes]\ncluster-name = "c1"\n', 'own'] as const,
      [
        'own image, a text for a number',
        mime(full.replace('{flags', '{config: {maxPods: "58"}, flags')),
        'own',
      ] as const,
    ].map(([name, userData, family]) => {
      return { name, userData, family, status: 'CREATE_FAILED', code: 'NodeCreationFailure' }
    }),
  ]
  it.each(rows)('$name', async ({ code, family, status, userData }) => {
    const world = smallWorld()
    const image = world.account.images.newest('AmazonLinux2023', 'amd64', '1.32')
    const UserData = userData === '' ? {} : { UserData: toBase64(userData) }
    const ImageId = family === 'own' ? { ImageId: image?.id } : {}
    const id = await createTemplate(world, { ...UserData, ...ImageId })
    const amiType = family === 'own' ? 'CUSTOM' : 'AL2023_x86_64_STANDARD'
    await createGroup(world, { launchTemplate: { id, version: '$Latest' }, amiType })
    world.advance(18 * minuteMs)
    const group = await describeGroup(world)
    expect(group.status).toBe(status)
    expect(group.health?.issues?.[0]?.code).toBe(code)
    expect(group.launchTemplate).toEqual({ id, name: 'template', version: '1' })
    if (status !== 'ACTIVE') return
    const labels = world.cluster.store.list('Node')[0]?.metadata.labels
    expect(labels?.['eks.amazonaws.com/sourceLaunchTemplateVersion']).toBe('1')
    expect(labels?.team).toBe(family === 'own' ? 'web' : undefined)
  })
})

describe('launch failures', () => {
  it('end a creation CREATE_FAILED after the join timer; only deletion helps', async () => {
    const world = smallWorld()
    world.account.capacity.addOutage({})
    await createGroup(world)
    world.advance(20 * minuteMs)
    const group = await describeGroup(world)
    expect(group.status).toBe('CREATE_FAILED')
    expect(group.health?.issues?.[0]?.code).toBe('AsgInstanceLaunchFailures')
    const change = { ...key, scalingConfig: { maxSize: 9 } }
    expect(await world.codeOf(world.api.eks.updateNodegroupConfig(change))).toBe(
      'ResourceInUseException',
    )
    await world.call(world.api.eks.deleteNodegroup(key))
    world.advance(5 * minuteMs)
    expect(world.account.nodeGroups.size).toBe(0)
    expect(world.account.groups.size).toBe(0)
  })

  it('make an active group DEGRADED until a launch works', async () => {
    const world = smallWorld()
    await createGroup(world)
    world.advance(5 * minuteMs)
    world.account.capacity.addOutage({ untilMs: world.kernel.nowMs() + 10 * minuteMs })
    const { name: AutoScalingGroupName } = groupOf(world)
    const grow = { AutoScalingGroupName, DesiredCapacity: 4 }
    await world.call(world.api.autoScaling.setDesiredCapacity(grow))
    world.advance(6 * minuteMs)
    expect((await describeGroup(world)).status).toBe('DEGRADED')
    world.advance(20 * minuteMs)
    const group = await describeGroup(world)
    expect(group.status).toBe('ACTIVE')
    expect(group.health?.issues).toEqual([])
    expect(group.scalingConfig?.desiredSize).toBe(4)
  })
})

describe('UpdateNodegroupConfig', () => {
  it('changes sizes, labels and taints of the group and of its live nodes', async () => {
    const world = smallWorld()
    await createGroup(world, { labels: { a: '1', b: '1' } })
    world.advance(5 * minuteMs)
    const { update } = await world.call(
      world.api.eks.updateNodegroupConfig({
        ...key,
        labels: { addOrUpdateLabels: { a: '2' }, removeLabels: ['b'] },
        taints: { addOrUpdateTaints: [{ key: 'x', value: 'y', effect: 'NO_EXECUTE' }] },
        scalingConfig: { minSize: 1, maxSize: 9, desiredSize: 4 },
      }),
    )
    const second = world.api.eks.updateNodegroupConfig({ ...key, scalingConfig: { maxSize: 8 } })
    expect(await world.codeOf(second)).toBe('ResourceInUseException')
    world.advance(3 * minuteMs)
    const input = { name: clusterName, nodegroupName: 'ng', updateId: update?.id }
    const done = await world.call(world.api.eks.describeUpdate(input))
    expect(done.update).toMatchObject({ status: 'Successful', type: 'ConfigUpdate' })
    const nodes = world.cluster.store.list('Node')
    expect(nodes).toHaveLength(4)
    for (const node of nodes) {
      expect(node.metadata.labels).toMatchObject({ a: '2' })
      expect(node.metadata.labels).not.toHaveProperty('b')
      expect(node.spec?.taints).toEqual([{ key: 'x', value: 'y', effect: 'NoExecute' }])
    }
  })

  it('SCL-2 refuses a minimum above the live desired size', async () => {
    const world = smallWorld()
    await createGroup(world)
    world.advance(5 * minuteMs)
    const input = { ...key, scalingConfig: { minSize: 4 } }
    await expect(world.call(world.api.eks.updateNodegroupConfig(input))).rejects.toThrow(
      "Minimum capacity 4 can't be greater than desired size 3",
    )
  })

  it('scalingConfig follows the group within a minute or so', async () => {
    const world = smallWorld()
    await createGroup(world)
    world.advance(5 * minuteMs)
    const { name: AutoScalingGroupName } = groupOf(world)
    const input = { AutoScalingGroupName, DesiredCapacity: 5 }
    await world.call(world.api.autoScaling.setDesiredCapacity(input))
    expect((await describeGroup(world)).scalingConfig?.desiredSize).toBe(3)
    world.advance(70_000)
    expect((await describeGroup(world)).scalingConfig?.desiredSize).toBe(5)
  })
})

describe('drains that EKS does', () => {
  type Row = {
    name: string
    end: (world: SmallWorld, id: string) => Promise<unknown>
    leastMs: number
    mostMs: number
  }
  const rows: Row[] = [
    {
      name: 'scale-in holds a guarded pod for 15 minutes, then goes',
      end: (world, InstanceId) =>
        world.call(
          world.api.autoScaling.terminateInstanceInAutoScalingGroup({
            InstanceId,
            ShouldDecrementDesiredCapacity: true,
          }),
        ),
      leastMs: 14 * minuteMs,
      mostMs: 17 * minuteMs,
    },
    {
      name: 'deletion of the group holds it for five minutes',
      end: (world) => world.call(world.api.eks.deleteNodegroup(key)),
      leastMs: 4 * minuteMs,
      mostMs: 7 * minuteMs,
    },
    {
      name: 'a spot interruption for two',
      end: async (world, id) => interruptSpot(world.account, id),
      leastMs: minuteMs,
      mostMs: 3 * minuteMs,
    },
  ]
  it.each(rows)('$name', async ({ end, leastMs, mostMs }) => {
    const world = smallWorld()
    await createGroup(world, { scalingConfig: { minSize: 0, maxSize: 1, desiredSize: 1 } })
    world.advance(5 * minuteMs)
    const [instance] = liveInstances(world.account, groupOf(world))
    const nodeName = world.cluster.machines.nodeOf(instance?.id ?? '')?.metadata.name ?? ''
    addPod(world, nodeName, true)
    world.advance(10_000)
    await end(world, instance?.id ?? '')
    world.advance(leastMs)
    expect(instance?.state).toBe('running')
    expect(world.cluster.store.get('Node', undefined, nodeName)?.spec?.unschedulable).toBe(true)
    world.advance(mostMs - leastMs)
    expect(instance?.state).toBe('terminated')
  })

  it('an unguarded pod is evicted and the instance goes at once', async () => {
    const world = smallWorld()
    await createGroup(world, { scalingConfig: { minSize: 0, maxSize: 1, desiredSize: 1 } })
    world.advance(5 * minuteMs)
    const [instance] = liveInstances(world.account, groupOf(world))
    addPod(world, world.cluster.machines.nodeOf(instance?.id ?? '')?.metadata.name ?? '', false)
    world.advance(10_000)
    await world.call(world.api.eks.deleteNodegroup(key))
    world.advance(4 * minuteMs)
    expect(world.account.nodeGroups.size).toBe(0)
    expect(world.account.cluster(clusterName).accessEntries.size).toBe(0)
  })
})
