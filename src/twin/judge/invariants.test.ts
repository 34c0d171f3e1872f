/** The judge can fail: for each rule a deed that breaks it, and a like deed that does not. */

import { describe, expect, it } from 'vitest'
import {
  addDeployment,
  addLocalVolume,
  addStatefulSet,
  type Courtroom,
  courtroom,
} from '../../../test/courtroom.ts'
import { addOldGroup, clusterName, nodeGroupRequest, nodeRole } from '../../../test/small-world.ts'
import type { Node, Pod } from '../../world/kube-objects.ts'
import { setDesired } from '../autoscaler/cloud.ts'
import { systemUsers } from '../contracts.ts'

const recorded = [
  {
    ResourceType: 'auto-scaling-group',
    Key: 'regroup.dev/fence',
    Value: '{}',
    PropagateAtLaunch: false,
  },
]

/** Puts the record of the previous values on a group. */
async function recordOn({ world }: Courtroom, ResourceId: string): Promise<void> {
  const tags = recorded.map((tag) => ({ ...tag, ResourceId }))
  await world.call(world.api.autoScaling.createOrUpdateTags({ Tags: tags }))
}

/** Ends an instance after a look at its node. */
async function terminate(room: Courtroom, InstanceId: string): Promise<void> {
  await room.look(room.nodeOf(InstanceId))
  await end(room, InstanceId)
}

async function end({ world }: Courtroom, InstanceId: string): Promise<void> {
  const input = { InstanceId, ShouldDecrementDesiredCapacity: true }
  await world.call(world.api.autoScaling.terminateInstanceInAutoScalingGroup(input))
}

interface Trial {
  readonly number: number
  readonly title: string
  readonly replicas?: number
  /** What must be reported. */
  readonly wrong: (room: Courtroom) => void | Promise<void>
  /** What must not. */
  readonly right: (room: Courtroom) => void | Promise<void>
  /** Other rules that the wrong deed breaks by its nature. */
  readonly also?: readonly number[]
}

const trials: readonly Trial[] = [
  {
    number: 1,
    title: 'a budget is taken below its floor by a DELETE',
    wrong: (room) => {
      addDeployment(room, { replicas: 3, budget: { minAvailable: 3 } })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.delete(pod)
    },
    right: (room) => {
      addDeployment(room, { replicas: 3, budget: { minAvailable: 2 } })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.delete(pod)
    },
    also: [3],
  },
  {
    number: 2,
    title: 'the last Ready replica of several goes',
    wrong: (room) => {
      addDeployment(room, { replicas: 2 })
      const [first, second] = room.pods('web')
      room.cordonOf(first)
      room.cordonOf(second)
      room.makeUnready(first)
      room.evict(second)
    },
    right: (room) => {
      addDeployment(room, { replicas: 1 })
      const [only] = room.pods('web')
      room.cordonOf(only)
      room.evict(only)
    },
  },
  {
    number: 3,
    title: 'two of three are away where one may be',
    wrong: (room) => {
      addDeployment(room, { replicas: 3 })
      const [first, second] = room.pods('web')
      for (const pod of [first, second]) {
        room.cordonOf(pod)
        room.evict(pod)
      }
    },
    right: (room) => {
      addDeployment(room, { replicas: 3 })
      for (let turn = 0; turn < 2; turn += 1) {
        const [pod] = room.pods('web').sort(byAge)
        room.cordonOf(pod)
        room.evict(pod)
        room.world.advance(120_000)
      }
    },
  },
  {
    number: 4,
    title: 'a pod is moved and nobody has room for its replacement',
    wrong: (room) => {
      addDeployment(room, { replicas: 3, cpu: '1500m' })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.evict(pod)
      room.world.advance(120_000)
    },
    right: (room) => {
      addDeployment(room, { replicas: 3 })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.evict(pod)
      room.world.advance(120_000)
    },
    also: [8],
  },
  {
    number: 5,
    title: 'an instance is ended with a pod on it',
    wrong: async (room) => {
      addDeployment(room, { replicas: 1 })
      await recordOn(room, 'old')
      await terminate(room, room.instanceOf(room.pods('web')[0]))
    },
    right: async (room) => {
      addDeployment(room, { replicas: 1 })
      await recordOn(room, 'old')
      await terminate(room, room.emptyInstance())
    },
  },
  {
    number: 6,
    title: 'an instance of a group that is not in the plan is ended',
    wrong: async (room) => {
      addOldGroup(room.world, { name: 'foreign', desiredCapacity: 1 })
      await terminate(room, room.instancesOf('foreign')[0] ?? '')
    },
    right: async (room) => {
      await recordOn(room, 'old')
      await terminate(room, room.emptyInstance())
    },
  },
  {
    number: 7,
    title: 'the last node of a zone with a volume goes',
    wrong: async (room) => {
      addStatefulSet(room, { replicas: 1 })
      const [pod] = room.pods('db')
      const instance = room.instanceOf(pod)
      room.cordonOf(pod)
      room.evict(pod)
      room.world.advance(120_000)
      await recordOn(room, 'old')
      await terminate(room, instance)
    },
    right: async (room) => {
      addStatefulSet(room, { replicas: 1 })
      const home = room.instanceOf(room.pods('db')[0])
      await recordOn(room, 'old')
      await terminate(room, room.instancesOf('old').find((id) => id !== home) ?? '')
    },
    also: [4],
  },
  {
    number: 8,
    title: 'a node is cordoned though the others have no room for its pods',
    wrong: (room) => {
      addDeployment(room, { replicas: 3, cpu: '1500m' })
      room.cordonOf(room.pods('web')[0])
    },
    right: (room) => {
      addDeployment(room, { replicas: 3 })
      room.cordonOf(room.pods('web')[0])
    },
  },
  {
    number: 9,
    title: 'more nodes than the surge allows',
    wrong: async (room) => {
      const size = { minSize: 0, maxSize: 6, desiredSize: 3 }
      await room.world.call(room.world.api.eks.createNodegroup(nodeGroupRequest(size)))
      room.world.advance(300_000)
    },
    right: async (room) => {
      const size = { minSize: 0, maxSize: 6, desiredSize: 2 }
      await room.world.call(room.world.api.eks.createNodegroup(nodeGroupRequest(size)))
      room.world.advance(300_000)
      // What the autoscaler adds is not ours.
      const name = [...room.world.account.nodeGroups.values()][0]?.groupName ?? ''
      setDesired(room.world.account, name, 4)
      room.world.advance(300_000)
    },
  },
  {
    number: 10,
    title: 'a node is cordoned without a mark, or uncordoned though someone else cordoned it',
    wrong: (room) => room.patchNode(room.nodes()[0], { spec: { unschedulable: true } }),
    right: (room) => {
      room.cordon(room.nodes()[0])
      room.patchNode(room.nodes()[0], {
        metadata: { annotations: { 'regroup.dev/cordoned-at': null } },
        spec: { unschedulable: null },
      })
    },
  },
  {
    number: 11,
    title: 'a daemon pod is evicted',
    wrong: (room) => {
      addDaemonSet(room)
      const [pod] = room.pods('agent')
      room.cordonOf(pod)
      room.evict(pod)
    },
    right: (room) => {
      addDaemonSet(room)
      addDeployment(room, { replicas: 3 })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.evict(pod)
    },
  },
  {
    number: 12,
    title: 'a pod is evicted by its name alone, or with a shorter grace',
    wrong: (room) => {
      addDeployment(room, { replicas: 3 })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.send(pod, {})
    },
    right: (room) => {
      addDeployment(room, { replicas: 3 })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      const uid = pod?.metadata.uid ?? ''
      room.send(pod, { deleteOptions: { preconditions: { uid }, gracePeriodSeconds: 60 } })
    },
  },
  {
    number: 13,
    title: 'a StatefulSet pod is removed while it runs',
    wrong: (room) => {
      addStatefulSet(room, { replicas: 2 })
      const [pod] = room.pods('db')
      room.cordonOf(pod)
      const uid = pod?.metadata.uid ?? ''
      room.send(pod, { deleteOptions: { preconditions: { uid }, gracePeriodSeconds: 0 } })
    },
    right: (room) => {
      addStatefulSet(room, { replicas: 2 })
      const [pod] = room.pods('db')
      room.cordonOf(pod)
      room.evict(pod)
    },
    also: [12],
  },
  {
    number: 14,
    title: 'a pod is evicted from a node that still takes pods',
    wrong: (room) => {
      addDeployment(room, { replicas: 3 })
      room.evict(room.pods('web')[0])
    },
    right: (room) => {
      addDeployment(room, { replicas: 3 })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.evict(pod)
    },
  },
  {
    number: 15,
    title: 'an instance with a local volume in use is ended',
    wrong: async (room) => {
      const id = room.emptyInstance()
      addLocalVolume(room, room.nodeOf(id), true)
      await recordOn(room, 'old')
      await terminate(room, id)
    },
    right: async (room) => {
      const id = room.emptyInstance()
      addLocalVolume(room, room.nodeOf(id), false)
      await recordOn(room, 'old')
      await terminate(room, id)
    },
  },
  {
    number: 16,
    title: 'an instance is ended with a volume still attached',
    wrong: async (room) => {
      const id = room.emptyInstance()
      attach(room, room.nodeOf(id))
      await recordOn(room, 'old')
      await terminate(room, id)
    },
    right: async (room) => {
      const id = room.emptyInstance()
      const other = room.instancesOf('old').find((one) => one !== id) ?? ''
      attach(room, room.nodeOf(other))
      await recordOn(room, 'old')
      await terminate(room, id)
    },
  },
  {
    number: 17,
    title: 'the control plane leaves the kubelets four minors behind',
    wrong: (room) => upgradeTo(room, '1.36'),
    right: (room) => upgradeTo(room, '1.35'),
  },
  {
    number: 18,
    title: 'a node is patched though the lease has run out',
    wrong: (room) => {
      room.world.advance(3_600_000)
      room.cordon(room.nodes()[0])
    },
    right: (room) => {
      room.world.advance(3_600_000)
      room.takeLease()
      room.cordon(room.nodes()[0])
    },
  },
  {
    number: 19,
    title: 'the same pod is evicted again',
    wrong: (room) => {
      addDeployment(room, { replicas: 3 })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.evict(pod)
      room.evict(pod)
    },
    right: (room) => {
      addDeployment(room, { replicas: 3, budget: { minAvailable: 1 } })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.evict(pod)
    },
  },
  {
    number: 20,
    title: 'an eviction is sent after the pause',
    wrong: (room) => {
      addDeployment(room, { replicas: 3 })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.judge.notePause()
      room.world.advance(5000)
      room.evict(pod)
    },
    right: (room) => {
      addDeployment(room, { replicas: 3 })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      room.judge.notePause()
      room.world.advance(1000)
      room.evict(pod)
    },
  },
  {
    number: 21,
    title: 'a group of somebody else is changed',
    wrong: async (room) => {
      addOldGroup(room.world, { name: 'foreign', desiredCapacity: 1 })
      const input = { AutoScalingGroupName: 'foreign', MaxSize: 9 }
      await room.world.call(room.world.api.autoScaling.updateAutoScalingGroup(input))
    },
    right: async (room) => {
      addOldGroup(room.world, { name: 'foreign', desiredCapacity: 1 })
      setDesired(room.world.account, 'foreign', 2)
      room.world.advance(300_000)
      await recordOn(room, 'old')
    },
  },
  {
    number: 22,
    title: 'an old group is changed without a record of what it was',
    wrong: async (room) => {
      const input = { AutoScalingGroupName: 'old', MaxSize: 3 }
      await room.world.call(room.world.api.autoScaling.updateAutoScalingGroup(input))
    },
    right: async (room) => {
      await recordOn(room, 'old')
      const input = { AutoScalingGroupName: 'old', MaxSize: 3 }
      await room.world.call(room.world.api.autoScaling.updateAutoScalingGroup(input))
    },
  },
  {
    number: 23,
    title: 'a node group is deleted and takes the role of the old nodes with it',
    wrong: (room) => deleteNodeGroup(room, false),
    right: (room) => deleteNodeGroup(room, true),
  },
  {
    number: 24,
    title: 'a group is changed while its instances are refreshed by someone',
    wrong: async (room) => {
      await recordOn(room, 'old')
      const group = room.world.account.groups.get('old')
      if (group !== undefined) group.isInstanceRefreshActive = true
      const input = { AutoScalingGroupName: 'old', MaxSize: 3 }
      await room.world.call(room.world.api.autoScaling.updateAutoScalingGroup(input))
    },
    right: async (room) => {
      await recordOn(room, 'old')
      const input = { AutoScalingGroupName: 'old', MaxSize: 3 }
      await room.world.call(room.world.api.autoScaling.updateAutoScalingGroup(input))
    },
  },
  {
    number: 25,
    title: 'the last Ready backend of a webhook goes',
    wrong: (room) => {
      addWebhook(room, 'Fail')
      const [first, second] = room.pods('web')
      room.cordonOf(first)
      room.cordonOf(second)
      room.makeUnready(first)
      room.evict(second)
    },
    right: (room) => {
      addWebhook(room, 'Fail')
      const [first] = room.pods('web')
      room.cordonOf(first)
      room.evict(first)
    },
    also: [2],
  },
  {
    number: 26,
    title: 'an eviction is sent that the budget is known to refuse',
    wrong: (room) => {
      addDeployment(room, { replicas: 3, budget: { minAvailable: 3 } })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      expect(room.evict(pod)).toBe(429)
    },
    right: (room) => {
      addDeployment(room, { replicas: 3, budget: { minAvailable: 2 } })
      const [pod] = room.pods('web')
      room.cordonOf(pod)
      expect(room.evict(pod)).toBe(201)
    },
  },
]

function byAge(a: Pod, b: Pod): number {
  return (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1
}

function addDaemonSet(room: Courtroom): void {
  const labels = { app: 'agent' }
  const { server } = room.world.cluster
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'agent' }] } },
  }
  const metadata = { namespace: 'default', name: 'agent' }
  server.create('DaemonSet', { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec }, 'owner')
  room.world.advance(120_000)
}

function addWebhook(room: Courtroom, failurePolicy: 'Fail' | 'Ignore'): void {
  const { server } = room.world.cluster
  addDeployment(room, { replicas: 2 })
  const metadata = { namespace: 'default', name: 'hook' }
  const spec = { selector: { app: 'web' } }
  server.create('Service', { apiVersion: 'v1', kind: 'Service', metadata, spec }, 'owner')
  server.create(
    'ValidatingWebhookConfiguration',
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'hook' },
      webhooks: [{ name: 'hook.example', failurePolicy, clientConfig: { service: metadata } }],
    },
    'owner',
  )
}

function attach(room: Courtroom, nodeName: string): void {
  room.world.cluster.store.create('VolumeAttachment', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: 'csi-1' },
    spec: { attacher: 'ebs.csi.aws.com', nodeName, source: { persistentVolumeName: 'pv-1' } },
    status: { attached: true },
  })
}

function upgradeTo(room: Courtroom, version: string): void {
  const cluster = room.world.account.cluster(clusterName)
  cluster.version = version
  room.world.cluster.kubernetesVersion = version
  room.world.account.emit({ kind: 'cluster-version', cluster })
}

/** EKS takes the role's mapping away with the last node group that uses it, not before. */
async function deleteNodeGroup(room: Courtroom, isShared: boolean): Promise<void> {
  const { api, call } = room.world
  const size = { minSize: 0, maxSize: 1, desiredSize: 0 }
  await call(api.eks.createNodegroup(nodeGroupRequest(size)))
  room.world.advance(600_000)
  if (isShared) {
    await call(api.eks.createNodegroup({ ...nodeGroupRequest(size), nodegroupName: 'other' }))
    room.world.advance(600_000)
  }
  room.takeLease()
  await call(api.eks.deleteNodegroup({ clusterName, nodegroupName: 'ng' }))
  room.world.advance(1_200_000)
}

describe('each rule is broken by its deed and by no like one', () => {
  it('knows all 26', () => {
    expect(trials.map((one) => one.number)).toEqual(Array.from({ length: 26 }, (_, at) => at + 1))
    expect(courtroom().judge.visibility.map((one) => one.number)).toEqual(
      trials.map((one) => one.number),
    )
  })

  it.each(trials)('$number: $title', async ({ also = [], number, wrong }) => {
    const room = courtroom()
    await wrong(room)
    room.world.advance(1000)
    const numbers = new Set(room.judge.breaches.map((one) => one.number))
    expect([...numbers].sort((a, b) => a - b)).toEqual([number, ...also].sort((a, b) => a - b))
  })

  it.each(trials)('$number: not by a like one', async ({ right }) => {
    const room = courtroom()
    await right(room)
    room.world.advance(1000)
    expect(room.judge.breaches).toEqual([])
  })
})

describe('second halves of rules', () => {
  it('10: a node that someone else cordoned is uncordoned', () => {
    const room = courtroom()
    const [node] = room.nodes()
    const patch = { type: 'merge' as const, body: { spec: { unschedulable: true } } }
    room.world.cluster.server.patch('Node', { name: node?.metadata.name ?? '' }, patch, 'kubectl')
    room.patchNode(node, { spec: { unschedulable: null } })
    expect(room.judge.breaches.map((one) => one.number)).toEqual([10])
  })

  it('5: an empty instance is ended without a look at it', async () => {
    const room = courtroom()
    await recordOn(room, 'old')
    await end(room, room.emptyInstance())
    expect(room.judge.breaches.map((one) => one.number)).toEqual([5])
  })

  it('10: a taint that does not say whose it is, and one of others that goes', () => {
    const room = courtroom()
    const [first, second] = room.nodes()
    const taint = (key: string) => ({ key, effect: 'NoSchedule' })
    room.patchNode(first, { spec: { taints: [taint('example.com/mine')] } })
    room.patchNode(second, { spec: { taints: [taint('regroup.dev/retiring')] } })
    expect(room.judge.breaches.map((one) => [one.number, one.object])).toEqual([
      [10, first?.metadata.name],
    ])
    const fresh = courtroom()
    const [node] = fresh.nodes() as [Node]
    const tainted = { ...node, spec: { ...node.spec, taints: [taint('team')] } as Node['spec'] }
    fresh.world.cluster.store.replace('Node', tainted as Node)
    fresh.patchNode(node, { spec: { taints: [] } })
    expect(fresh.judge.breaches.map((one) => one.number)).toEqual([10])
  })

  it('12, 13: a Node object is deleted by its name while its machine runs', () => {
    const room = courtroom()
    addStatefulSet(room, { replicas: 1 })
    const name = room.pods('db')[0]?.spec.nodeName ?? ''
    room.world.cluster.server.delete('Node', { name }, {}, 'tester')
    expect(room.judge.breaches.map((one) => one.number)).toEqual([12, 13])
  })

  it('18: EKS is asked for something without the lease', async () => {
    const room = courtroom()
    room.world.advance(3_600_000)
    const size = { minSize: 0, maxSize: 1, desiredSize: 0 }
    await room.world.call(room.world.api.eks.describeCluster({ name: clusterName }))
    expect(room.judge.breaches).toEqual([])
    await room.world.call(room.world.api.eks.createNodegroup(nodeGroupRequest(size)))
    expect(room.judge.breaches.map((one) => one.number)).toEqual([18])
  })

  it('21: a group of somebody else is deleted', async () => {
    const room = courtroom()
    addOldGroup(room.world, { name: 'foreign', desiredCapacity: 0 })
    const input = { AutoScalingGroupName: 'foreign' }
    await room.world.call(room.world.api.autoScaling.deleteAutoScalingGroup(input))
    room.world.advance(60_000)
    expect(room.judge.breaches.map((one) => one.number)).toEqual([21])
  })

  it('22: an instance is ended before the record is written', async () => {
    const room = courtroom()
    await terminate(room, room.emptyInstance())
    expect(room.judge.breaches.map((one) => one.number)).toEqual([22])
  })

  it('23: the access entry of the role is deleted', async () => {
    const room = courtroom({ mappedRole: nodeRole })
    const input = { clusterName, principalArn: nodeRole }
    await room.world.call(room.world.api.eks.deleteAccessEntry(input))
    expect(room.judge.breaches.map((one) => one.number)).toEqual([23])
  })

  it('26: an unready pod that its budget guards too', () => {
    const room = courtroom()
    addDeployment(room, { replicas: 3, budget: { minAvailable: 3 } })
    const [pod] = room.pods('web')
    room.makeUnready(pod)
    room.world.advance(1000)
    room.cordonOf(pod)
    expect(room.evict(pod)).toBe(429)
    expect(room.judge.breaches.map((one) => one.number)).toEqual([26])
  })

  it('11: a mirror pod is deleted', () => {
    const room = courtroom()
    const [node] = room.nodes() as [Node]
    room.cordon(node)
    const pod = room.world.cluster.server.create(
      'Pod',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          namespace: 'kube-system',
          name: 'static',
          annotations: { 'kubernetes.io/config.mirror': 'x' },
        },
        spec: { nodeName: node.metadata.name, containers: [{ name: 'c' }] },
      },
      'kubelet',
    )
    room.delete(pod)
    expect(room.judge.breaches.map((one) => one.number)).toEqual([11])
  })

  it('12: with a grace below the pod’s own', () => {
    const room = courtroom()
    addDeployment(room, { replicas: 3 })
    const [pod] = room.pods('web')
    room.cordonOf(pod)
    const uid = pod?.metadata.uid ?? ''
    room.send(pod, { deleteOptions: { preconditions: { uid }, gracePeriodSeconds: 5 } })
    expect(room.judge.breaches.map((one) => one.number)).toEqual([12])
  })

  it('26: more than a hundred in a second', () => {
    const room = courtroom()
    addDeployment(room, { replicas: 3 })
    const [pod] = room.pods('web')
    room.cordonOf(pod)
    for (let turn = 0; turn <= 100; turn += 1) room.evict(pod, 'of-another-pod')
    expect(room.judge.breaches.map((one) => one.number)).toEqual([26])
  })

  it('what others do is not judged', () => {
    const room = courtroom()
    addDeployment(room, { replicas: 2 })
    for (const { metadata } of room.pods('web')) {
      room.world.cluster.server.evict({ namespace: 'default', name: metadata.name }, {}, 'kubectl')
    }
    setDesired(room.world.account, 'old', 0)
    room.world.advance(300_000)
    expect(systemUsers.autoscaler).not.toBe('tester')
    expect(room.judge.breaches).toEqual([])
  })
})
