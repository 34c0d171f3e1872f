/** One old node full of pods whose budgets differ, and a node group for them. Test support. */

import type { DesiredFleet } from '../../../src/fleet/desired.ts'
import { loadFleet } from '../../../src/fleet/load-fleet.ts'
import { clusterTags, nodeRoleOf } from '../../../src/twin/build/scenario.ts'
import type { WorldSpec } from '../../../src/twin/build/world-spec.ts'
import { assert } from '../../../src/world/assert.ts'
import type { KubeObject, PodTemplate } from '../../../src/world/kube-objects.ts'

const name = 'drain'
const zone = 'eu-west-1a'
const namespace = 'apps'
type Limit =
  | { readonly maxUnavailable: number | string }
  | { readonly minAvailable: number | string }

/** Budgets of the pods on the node, by the name of their Deployment. */
const budgets: Readonly<Record<string, { readonly replicas: number; readonly limit: Limit }>> = {
  'all-but-one': { replicas: 6, limit: { minAvailable: 5 } },
  half: { replicas: 5, limit: { minAvailable: '50%' } },
  'one-third': { replicas: 7, limit: { maxUnavailable: '30%' } },
  two: { replicas: 8, limit: { maxUnavailable: 2 } },
}

/** With a blocker there is one budget more, which never allows anything. */
export function drainWorld(startAt: string, isBlocked = false): WorldSpec {
  const blocker: readonly KubeObject[] = isBlocked
    ? [deployment('frozen', 2), budget('frozen', { maxUnavailable: 0 })]
    : []
  return {
    name,
    startAt,
    region: 'eu-west-1',
    accountId: '111122223333',
    zones: [zone],
    outages: [],
    faults: [],
    freeAddresses: {},
    clusters: [
      {
        name,
        kubernetesVersion: '1.35',
        nodeRole: nodeRoleOf(name),
        groups: [
          {
            name: `${name}-old`,
            zones: [zone],
            instanceTypes: ['m6i.2xlarge'],
            capacityType: 'ON_DEMAND',
            minSize: 0,
            maxSize: 3,
            desiredCapacity: 1,
            labels: {},
            taints: [],
            amiFamily: 'AmazonLinux2023',
            launchKind: 'template',
            tags: clusterTags(name),
            suspendedProcesses: [],
          },
        ],
        objects: [
          daemonSet('agent'),
          deployment('alone', 1),
          ...Object.entries(budgets).flatMap(([app, { limit, replicas }]) => [
            deployment(app, replicas),
            budget(app, limit),
          ]),
          ...database(3),
          ...blocker,
        ],
        autoscaler: undefined,
        priorities: undefined,
      },
    ],
  }
}

/** One node group for all of them. */
export function drainFleet(): DesiredFleet {
  const bytes = JSON.stringify({
    apiVersion: 'regroup.dev/v1alpha1',
    kind: 'Fleet',
    metadata: { name },
    defaults: {
      kubernetesVersion: '1.35',
      region: 'eu-west-1',
      nodeRole: nodeRoleOf(name),
      subnetSelector: { 'kubernetes.io/role/internal-elb': '1' },
    },
    nodeGroups: [
      {
        name: 'new',
        availabilityZone: zone,
        capacityType: 'ON_DEMAND',
        arch: 'amd64',
        instanceTypes: ['m6i.2xlarge'],
        minSize: 0,
        maxSize: 5,
      },
    ],
    clusters: [{ names: [name] }],
    migration: { from: [{ autoScalingGroup: '$(cluster)-old' }] },
  })
  const { desired, findings } = loadFleet({ file: name, bytes })
  assert(desired !== undefined, `the fleet file is right: ${JSON.stringify(findings)}`)
  return desired
}

function template(app: string): PodTemplate {
  const requests = { cpu: '100m', memory: '128Mi' }
  return {
    metadata: { labels: { app } },
    spec: {
      containers: [{ name: 'main', image: `registry.example/${app}:1`, resources: { requests } }],
    },
  }
}

function deployment(app: string, replicas: number): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace },
    spec: { replicas, selector: { matchLabels: { app } }, template: template(app) },
  }
}

function daemonSet(app: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: app, namespace },
    spec: { selector: { matchLabels: { app } }, template: template(app) },
  }
}

function budget(app: string, limit: Limit): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app, namespace },
    spec: { ...limit, selector: { matchLabels: { app } } },
  }
}

/** Each replica has a volume in the zone. */
function database(replicas: number): readonly KubeObject[] {
  const app = 'database'
  const rule = { key: 'topology.kubernetes.io/zone', operator: 'In' as const, values: [zone] }
  const accessModes = ['ReadWriteOnce']
  const volumes = Array.from({ length: replicas }, (_, index) => `data-${app}-${index}`)
  return [
    ...volumes.flatMap((claim): readonly KubeObject[] => [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: `pv-${claim}` },
        spec: {
          accessModes,
          claimRef: { namespace, name: claim },
          csi: { driver: 'ebs.csi.aws.com', volumeHandle: `vol-${claim}` },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [rule] }] } },
        },
        status: { phase: 'Bound' },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { namespace, name: claim },
        spec: { volumeName: `pv-${claim}`, accessModes },
        status: { phase: 'Bound' },
      },
    ]),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: app, namespace },
      spec: {
        replicas,
        selector: { matchLabels: { app } },
        template: template(app),
        volumeClaimTemplates: [{ metadata: { name: 'data' } }],
      },
    },
    budget(app, { maxUnavailable: 1 }),
  ]
}
