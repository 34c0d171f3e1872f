/** What `kubectl get -A -o json` and `aws autoscaling describe-auto-scaling-groups` print of a made-up cluster. */

import { otherKinds } from './other-kinds.ts'

/** Name of the cluster in the dump. */
export const dumpedCluster = 'live'
const zones = ['eu-west-1a', 'eu-west-1b'] as const
const perZone = 3

interface Loose {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly [key: string]: unknown
}

interface Seat {
  readonly node: string
  readonly instance: string
  readonly zone: string
}

const seats: readonly Seat[] = zones.flatMap((zone, z) =>
  Array.from({ length: perZone }, (_, n) => ({
    node: `ip-10-1-${z}-${20 + n}.eu-west-1.compute.internal`,
    instance: `i-0${'abcdef'[z]}${String(n).repeat(15)}`,
    zone,
  })),
)

const base = (name: string, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  creationTimestamp: '2025-03-01T10:00:00Z',
  generation: 3,
  managedFields: [{ manager: 'kubectl', operation: 'Update' }],
  resourceVersion: '123456',
})

const uidOf = (kind: string, name: string): string => `uid-of-${kind.toLowerCase()}-${name}`

const controller = (apiVersion: string, kind: string, name: string) => ({
  ownerReferences: [
    { apiVersion, kind, name, uid: uidOf(kind, name), controller: true, blockOwnerDeletion: true },
  ],
})

function node({ instance, node: name, zone }: Seat): Loose {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      ...base(name),
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': 'm5.xlarge',
        'topology.ebs.csi.aws.com/zone': zone,
        'topology.kubernetes.io/region': 'eu-west-1',
        'topology.kubernetes.io/zone': zone,
        'example.com/rack': 'seven',
      },
    },
    spec: { providerID: `aws:///${zone}/${instance}` },
    status: {
      allocatable: { cpu: '3920m', memory: '14906996Ki', pods: '40', 'ephemeral-storage': '18Gi' },
      capacity: { cpu: '4', memory: '15955572Ki', pods: '40' },
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { architecture: 'amd64', kubeletVersion: 'v1.32.3-eks-473151a' },
    },
  }
}

interface PodSpecSeed {
  readonly name: string
  readonly namespace: string
  readonly node?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly meta?: Readonly<Record<string, unknown>>
  readonly spec?: Readonly<Record<string, unknown>>
  readonly phase?: string
}

function pod({ labels, meta, name, namespace, node: nodeName, phase, spec }: PodSpecSeed): Loose {
  const isRunning = (phase ?? 'Running') === 'Running'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...base(name, namespace), uid: uidOf('Pod', name), labels, ...meta },
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      containers: [{ name: 'main', image: `registry.example/${name}:1`, resources: { requests } }],
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 20,
      ...spec,
    },
    status: {
      phase: phase ?? 'Running',
      ...(phase === 'Failed' ? { reason: 'Evicted' } : {}),
      ...(phase === 'Failed'
        ? {}
        : { conditions: [{ type: 'Ready', status: isRunning ? 'True' : 'False' }] }),
    },
  }
}

const requests = { cpu: '100m', memory: '128Mi' }

/** A Deployment with its present and a former ReplicaSet and its pods, two of them where one node allows it. */
function deployment(name: string, replicas: number, seatAt: number): readonly Loose[] {
  const namespace = 'shop'
  const labels = { 'app.kubernetes.io/name': name }
  const hash = '6b7f9c8d5'
  const image = `registry.example/${name}:1`
  const spec = {
    containers: [{ image, name: 'main', resources: { requests } }],
    terminationGracePeriodSeconds: 20,
  }
  const template = { metadata: { creationTimestamp: null, labels }, spec }
  const withHash = {
    metadata: { creationTimestamp: null, labels: { ...labels, 'pod-template-hash': hash } },
    spec,
  }
  const set = (suffix: string, count: number, one: unknown): Loose => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      ...base(`${name}-${suffix}`, namespace),
      uid: uidOf('ReplicaSet', `${name}-${suffix}`),
      ...controller('apps/v1', 'Deployment', name),
    },
    spec: { replicas: count, selector: { matchLabels: labels }, template: one },
    status: { replicas: count, readyReplicas: count },
  })
  const old = { ...withHash, spec: { ...spec, containers: [{ name: 'main', image: 'old' }] } }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...base(name, namespace), uid: uidOf('Deployment', name) },
      spec: { replicas, selector: { matchLabels: labels }, template },
      status: { replicas, readyReplicas: replicas, observedGeneration: 3 },
    },
    set(hash, replicas, withHash),
    set('59d8c6b7f', 0, old),
    ...Array.from({ length: replicas }, (_, index) =>
      pod({
        name: `${name}-${hash}-${'vwxyz'[index]}`,
        namespace,
        node: seats[(seatAt + index) % seats.length]?.node ?? '',
        labels: { ...labels, 'pod-template-hash': hash },
        meta: controller('apps/v1', 'ReplicaSet', `${name}-${hash}`),
      }),
    ),
  ]
}

function stateful(): readonly Loose[] {
  const labels = { app: 'db' }
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { ...base('db', 'shop'), uid: uidOf('StatefulSet', 'db') },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', resources: { requests } }] },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
  }
  const ordinals = [0, 1].flatMap((ordinal) => {
    const seat = seats[ordinal * perZone]
    const claim = `data-db-${ordinal}`
    const zoneRule = {
      key: 'topology.ebs.csi.aws.com/zone',
      operator: 'In',
      values: [seat?.zone ?? ''],
    }
    const affinity = { required: { nodeSelectorTerms: [{ matchExpressions: [zoneRule] }] } }
    return [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: base(claim, 'shop'),
        spec: { accessModes: ['ReadWriteOnce'], volumeName: `pv-${ordinal}` },
        status: { phase: 'Bound' },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: base(`pv-${ordinal}`),
        spec: {
          accessModes: ['ReadWriteOnce'],
          claimRef: { namespace: 'shop', name: claim },
          csi: { driver: 'ebs.csi.aws.com', volumeHandle: `vol-0${ordinal}` },
          nodeAffinity: affinity,
        },
        status: { phase: 'Bound' },
      },
      pod({
        name: `db-${ordinal}`,
        namespace: 'shop',
        node: seat?.node ?? '',
        labels,
        meta: controller('apps/v1', 'StatefulSet', 'db'),
        spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }] },
      }),
    ]
  })
  return [set, ...ordinals]
}

function perNode(): readonly Loose[] {
  const labels = { 'k8s-app': 'aws-node' }
  const set = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { ...base('aws-node', 'kube-system'), uid: uidOf('DaemonSet', 'aws-node') },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'main', resources: { requests: { cpu: '25m' } } }],
          tolerations: [{ operator: 'Exists' }],
        },
      },
    },
  }
  const pods = seats.flatMap((seat, index) => [
    pod({
      name: `aws-node-${index}`,
      namespace: 'kube-system',
      node: seat.node,
      labels,
      meta: controller('apps/v1', 'DaemonSet', 'aws-node'),
    }),
  ])
  const mirror = pod({
    name: 'static-web-1',
    namespace: 'kube-system',
    node: seats[0]?.node ?? '',
    meta: {
      annotations: { 'kubernetes.io/config.mirror': 'hash' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Node', name: seats[0]?.node, uid: 'n', controller: true },
      ],
    },
  })
  // A daemon pod of a node that belongs to another kind of group: it must not wander.
  const fargate = pod({
    name: 'aws-node-x',
    namespace: 'kube-system',
    node: 'fargate-ip-10-1-9-9',
    labels,
    meta: controller('apps/v1', 'DaemonSet', 'aws-node'),
  })
  return [set, ...pods, mirror, fargate]
}

function rest(): readonly Loose[] {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...base('nightly', 'shop'), uid: uidOf('Job', 'nightly') },
    spec: {
      completions: 1,
      parallelism: 1,
      template: { metadata: {}, spec: { containers: [{ name: 'main' }], restartPolicy: 'Never' } },
    },
    status: { succeeded: 1, completionTime: '2025-03-02T10:00:00Z' },
  }
  return [
    job,
    pod({
      name: 'nightly-abcde',
      namespace: 'shop',
      node: seats[1]?.node ?? '',
      phase: 'Succeeded',
      meta: controller('batch/v1', 'Job', 'nightly'),
    }),
    pod({
      name: 'web-6b7f9c8d5-gone',
      namespace: 'shop',
      node: 'ip-10-1-0-99.eu-west-1.compute.internal',
      phase: 'Failed',
      labels: { 'app.kubernetes.io/name': 'web' },
      meta: controller('apps/v1', 'ReplicaSet', 'web-6b7f9c8d5'),
    }),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: base('web', 'shop'),
      spec: { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } },
      status: {
        currentHealthy: 3,
        desiredHealthy: 2,
        disruptionsAllowed: 1,
        expectedPods: 3,
        observedGeneration: 3,
      },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: base('kube-root-ca.crt', 'shop'), data: {} },
    ...['shop', 'kube-system', 'default'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: base(name),
      status: { phase: 'Active' },
    })),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: base('web', 'shop'),
      spec: { selector: { 'app.kubernetes.io/name': 'web' } },
    },
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: base('high'),
      value: 1000,
    },
    ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: base('policy'),
      webhooks: [],
    })),
  ]
}

/** The objects of the cluster; `hasReplicaSets: false` leaves them out, as a shorter `kubectl get` does. */
export function dumpObjects({ hasReplicaSets = true } = {}): readonly Loose[] {
  const objects = [
    ...seats.map(node),
    ...deployment('web', 3, 0),
    ...deployment('api', 4, 2),
    ...deployment('admin', 1, 5),
    ...stateful(),
    ...perNode(),
    ...rest(),
    ...otherKinds.flatMap(([apiVersion, kind, count]) =>
      Array.from({ length: count }, (_, index) => ({
        apiVersion,
        kind,
        metadata: base(`${kind.toLowerCase()}-${index}`, 'shop'),
      })),
    ),
  ]
  return hasReplicaSets ? objects : objects.filter((object) => object.kind !== 'ReplicaSet')
}

/** A List as kubectl prints it. */
export function dumpList(objects: readonly Loose[]): unknown {
  return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: objects }
}

/** One group a zone, with the instances of the dump's nodes. */
export function describedGroups(): unknown {
  return {
    AutoScalingGroups: zones.map((zone) => ({
      AutoScalingGroupName: `${dumpedCluster}-workers-${zone.at(-1)}`,
      MinSize: 1,
      MaxSize: 10,
      DesiredCapacity: perZone,
      AvailabilityZones: [zone],
      LaunchConfigurationName: `workers-${zone}`,
      Instances: seats
        .filter((seat) => seat.zone === zone)
        .map((seat) => ({
          InstanceId: seat.instance,
          InstanceType: 'm5.xlarge',
          AvailabilityZone: zone,
          LifecycleState: 'InService',
        })),
      Tags: [{ Key: `kubernetes.io/cluster/${dumpedCluster}`, Value: 'owned' }],
    })),
  }
}
