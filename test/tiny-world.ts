/** A cluster of three nodes with three workloads, and the fleet that it shall become. */

import { stringify } from 'yaml'
import type { DesiredFleet } from '../src/fleet/desired.ts'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { loadWorld } from '../src/twin/build/world-file.ts'
import type { WorldSpec } from '../src/twin/build/world-spec.ts'
import type { Fault } from '../src/twin/kernel/faults.ts'

const requests = { cpu: '100m', memory: '64Mi' }

function workload(kind: 'Deployment' | 'StatefulSet', name: string, replicas: number): unknown {
  const labels = { app: name }
  const containers = [{ name, resources: { requests } }]
  const spec = {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 5 } },
  }
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'shop' }, spec }
}

const manifests = [
  workload('Deployment', 'web', 3),
  workload('Deployment', 'admin', 1),
  workload('StatefulSet', 'db', 2),
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  },
]

const worldText = `apiVersion: regroup.dev/v1alpha1
kind: World
region: eu-west-1
cluster: { name: tiny, kubernetesVersion: "1.34" }
groups:
  - { name: tiny-a, zone: a, instanceType: m5.large, count: 2 }
  - { name: tiny-b, zone: b, instanceType: m5.large, count: 1 }
manifests: [shop.json]
`

const fleetText = stringify({
  apiVersion: 'regroup.dev/v1alpha1',
  kind: 'Fleet',
  metadata: { name: 'tiny' },
  defaults: {
    kubernetesVersion: '1.35',
    region: 'eu-west-1',
    nodeRole: 'arn:aws:iam::111122223333:role/tiny-worker-nodes',
    subnetSelector: { 'kubernetes.io/role/internal-elb': '1' },
  },
  nodeGroups: ['a', 'b'].map((letter) => ({
    name: `general-${letter}`,
    availabilityZone: `eu-west-1${letter}`,
    capacityType: 'ON_DEMAND',
    arch: 'amd64',
    instanceTypes: ['m6i.large'],
    minSize: 0,
    maxSize: 6,
    priority: 10,
  })),
  priorityExpander: { enabled: true },
  clusters: [{ names: ['tiny'] }],
  migration: { from: [{ autoScalingGroup: '$(cluster)-*' }], soak: '10m' },
})

/** Two old groups in two zones. */
export function tinyWorld(faults: readonly Fault[] = []): WorldSpec {
  const { findings, world } = loadWorld('world.yaml', new TextEncoder().encode(worldText), {
    list: (path) => [path],
    read: () => new TextEncoder().encode(JSON.stringify({ kind: 'List', items: manifests })),
  })
  if (world === undefined) throw new Error(JSON.stringify(findings))
  return { ...world, faults }
}

/** Two managed node groups; a canary soaks for ten minutes. */
export function tinyFleet(): DesiredFleet {
  const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes: fleetText })
  if (desired === undefined) throw new Error(JSON.stringify(findings))
  return desired
}
