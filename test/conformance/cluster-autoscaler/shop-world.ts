/** A shop on old groups, and the fleet it moves to: a group for it, two tiers for batch work. Test support. */

import { stringify } from 'yaml'
import type { DesiredFleet } from '../../../src/fleet/desired.ts'
import { loadFleet } from '../../../src/fleet/load-fleet.ts'
import { loadWorld } from '../../../src/twin/build/world-file.ts'
import type { WorldSpec } from '../../../src/twin/build/world-spec.ts'
import { startAnnotation, stopAnnotation } from '../../../src/twin/kube/annotations.ts'
import type { Deployment, KubeObject } from '../../../src/world/kube-objects.ts'

/** Name of the cluster. */
export const clusterName = 'shop'
const region = 'eu-west-1'

/** The old groups; the last one stands empty. */
export const oldGroups = ['shop-old-a', 'shop-old-b', 'shop-old-idle'] as const

/** Node groups of the fleet: the shop's, and the tiers of batch work, the better first. */
export const nodeGroups = { shop: 'general-a', spot: 'batch-spot-a', onDemand: 'batch-ondemand-a' }

/** Batch work tolerates and selects its own nodes. */
const batchTaint = { key: 'pool', value: 'batch' }

/** A Deployment in namespace shop. `cpu` is what each pod requests. */
export function deployment(
  name: string,
  options: { readonly replicas: number; readonly cpu: string; readonly pool?: 'batch' },
): Deployment {
  const labels = { app: name }
  const { cpu, pool, replicas } = options
  const toleration = { ...batchTaint, operator: 'Equal', effect: 'NoSchedule' } as const
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { [startAnnotation]: '2', [stopAnnotation]: '1' } },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [{ name, image: `${name}:1`, resources: { requests: { cpu } } }],
          ...(pool === undefined ? {} : { nodeSelector: { pool }, tolerations: [toleration] }),
        },
      },
    },
  } as Deployment
}

const manifests: readonly KubeObject[] = [
  deployment('web', { replicas: 4, cpu: '600m' }),
  deployment('admin', { replicas: 1, cpu: '200m' }),
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  },
]

const worldText = `apiVersion: regroup.dev/v1alpha1
kind: World
region: ${region}
cluster:
  name: ${clusterName}
  kubernetesVersion: "1.35"
  # The real one works in its place.
  autoscaler: false
  priorities: |
    10:
      - 'shop-old'
groups:
  - { name: ${oldGroups[0]}, zone: a, instanceType: m5.large, count: 2, minSize: 0 }
  - { name: ${oldGroups[1]}, zone: b, instanceType: m5.large, count: 1, minSize: 0 }
  - { name: ${oldGroups[2]}, zone: a, instanceTypes: [m5.large, m5a.large], capacityType: SPOT, count: 0 }
manifests: [shop.json]
`

/** @param startAt RFC 3339: the autoscaler compares times of the cluster with its own clock. */
export function shopWorld(startAt: string): WorldSpec {
  const text = `${worldText}startAt: ${JSON.stringify(startAt)}\n`
  const { findings, world } = loadWorld('world.yaml', new TextEncoder().encode(text), {
    list: (path) => [path],
    read: () => new TextEncoder().encode(JSON.stringify({ kind: 'List', items: manifests })),
  })
  if (world === undefined) throw new TypeError(JSON.stringify(findings))
  return world
}

const batch = {
  availabilityZone: `${region}a`,
  arch: 'amd64',
  instanceTypes: ['m6i.large', 'm5.large'],
  minSize: 0,
  maxSize: 4,
  labels: { pool: batchTaint.value },
  taints: [{ ...batchTaint, effect: 'NO_SCHEDULE' }],
}

/** What the shop shall become. */
export function shopFleet(): DesiredFleet {
  const text = stringify({
    apiVersion: 'regroup.dev/v1alpha1',
    kind: 'Fleet',
    metadata: { name: clusterName },
    defaults: {
      kubernetesVersion: '1.35',
      region,
      nodeRole: `arn:aws:iam::111122223333:role/${clusterName}-worker-nodes`,
      subnetSelector: { 'kubernetes.io/role/internal-elb': '1' },
    },
    nodeGroups: [
      {
        name: nodeGroups.shop,
        availabilityZone: `${region}a`,
        capacityType: 'ON_DEMAND',
        arch: 'amd64',
        instanceTypes: ['m6i.large'],
        minSize: 0,
        maxSize: 8,
        priority: 10,
      },
      { ...batch, name: nodeGroups.spot, capacityType: 'SPOT', priority: 30 },
      { ...batch, name: nodeGroups.onDemand, capacityType: 'ON_DEMAND', priority: 20 },
    ],
    priorityExpander: { enabled: true },
    clusters: [{ names: [clusterName] }],
    migration: {
      from: [{ autoScalingGroup: 'shop-old-*' }],
      soak: '20s',
      canary: { nodes: 1, soak: '10s' },
    },
  })
  const { desired, findings } = loadFleet({
    file: 'fleet.yaml',
    bytes: new TextEncoder().encode(text),
  })
  if (desired === undefined) throw new TypeError(JSON.stringify(findings))
  return desired
}
