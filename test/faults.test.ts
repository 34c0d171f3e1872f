/** Faults between the engine and the world: whatever is lost, late or stale, the migration ends the same. */

import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { rehearseMigration } from '../src/run/rehearse.ts'
import { loadWorld } from '../src/twin/build/world-file.ts'
import type { WorldSpec } from '../src/twin/build/world-spec.ts'
import type { Fault, FaultEffect } from '../src/twin/kernel/faults.ts'
import { seededRandom } from '../src/world/random.ts'

/** The engine: what is asked before it starts (names of groups, images) is not its business. */
const client = 'regroup-1'

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

function tinyWorld(faults: readonly Fault[]): WorldSpec {
  const { findings, world } = loadWorld('world.yaml', new TextEncoder().encode(worldText), {
    list: (path) => [path],
    read: () => new TextEncoder().encode(JSON.stringify({ kind: 'List', items: manifests })),
  })
  if (world === undefined) throw new Error(JSON.stringify(findings))
  return { ...world, faults }
}

function rehearse(faults: readonly Fault[], seed = '1') {
  const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes: fleetText })
  if (desired === undefined) throw new Error(JSON.stringify(findings))
  return rehearseMigration({ world: tinyWorld(faults), fleet: desired, seed, engine: 'regroup' })
}

const goodEnd = { result: 'converged', blocked: [], broken: [], lost: 0, oldGroupsRemaining: [] }

function summary(report: Awaited<ReturnType<typeof rehearse>>) {
  const { blocked, invariants, oldGroupsRemaining, pods, result } = report
  return { result, blocked, broken: invariants.broken, lost: pods.lost, oldGroupsRemaining }
}

const writes = [
  'eks:UpdateClusterVersion',
  'eks:CreateNodegroup',
  'ec2:CreateLaunchTemplate',
  'autoscaling:CreateOrUpdateTags',
  'autoscaling:UpdateAutoScalingGroup',
  'autoscaling:SetDesiredCapacity',
  'autoscaling:TerminateInstanceInAutoScalingGroup',
  'autoscaling:DeleteAutoScalingGroup',
  'kube:evict',
  'kube:patch',
  'kube:create',
  'kube:update',
]
const reads = [
  'eks:Describe*',
  'autoscaling:Describe*',
  'ec2:Describe*',

  'kube:list',
  'kube:get',
]

it('converges without faults', async () => {
  expect(summary(await rehearse([]))).toEqual(goodEnd)
})

const kinds: readonly {
  readonly name: string
  readonly effect: FaultEffect
  readonly on: readonly string[]
}[] = [
  {
    name: 'an error before the effect',
    effect: { kind: 'error-before', code: 'unavailable' },
    on: [...writes, ...reads],
  },
  {
    name: 'a lost answer',
    effect: { kind: 'error-after', code: 'unavailable' },
    on: [...writes, ...reads],
  },
  { name: 'throttling', effect: { kind: 'throttle' }, on: [...writes, ...reads] },
  { name: 'a late answer', effect: { kind: 'delay', delayMs: 20_000 }, on: [...writes, ...reads] },
  { name: 'a stale answer', effect: { kind: 'stale-read' }, on: reads },
]

/** Counts how often faults fire: one that never does proves nothing. */
class Hits {
  count = 0

  counted(fault: Fault): Fault {
    const hit = (): FaultEffect => {
      this.count += 1
      return fault.effect
    }
    return Object.defineProperty({ ...fault }, 'effect', { get: hit })
  }
}

describe.each(kinds)('$name', ({ effect, on }) => {
  it.each(on)('of the first two and every tenth %s', async (operation) => {
    const occurrences = [1, 2, ...Array.from({ length: 20 }, (_, index) => 10 * (index + 1))]
    const hits = new Hits()
    const fault = hits.counted({ operation, client, occurrences, effect })
    expect(summary(await rehearse([fault]))).toEqual(goodEnd)
    expect(hits.count).toBeGreaterThan(0)
  })
})

/** Any number of faults of any kind at once, each with a chance of its own, for the first ten hours. */
function randomFaults(seed: number): readonly Fault[] {
  const random = seededRandom(`swarm/${seed}`)
  const untilMs = Date.parse('2026-11-24T18:00:00Z')
  return kinds.flatMap(({ effect, on }) => {
    if (random.next() < 0.4) return []
    return on.flatMap((operation) => {
      if (random.next() < 0.5) return []
      const probability = 0.02 + random.next() * 0.2
      const late = effect.kind === 'delay' ? { delayMs: Math.ceil(random.next() * 60_000) } : {}
      return {
        operation,
        client,
        effect: { ...effect, ...late } as FaultEffect,
        probability,
        untilMs,
      }
    })
  })
}

describe('a swarm of them', () => {
  it.each(Array.from({ length: 40 }, (_, index) => index + 1))('seed %i', async (seed) => {
    const hits = new Hits()
    const faults = randomFaults(seed).map((fault) => hits.counted(fault))
    expect(summary(await rehearse(faults, String(seed)))).toEqual(goodEnd)
    expect(hits.count).toBeGreaterThan(3)
  })

  it('is the same for the same seed', async () => {
    const [first, second] = [await rehearse(randomFaults(7)), await rehearse(randomFaults(7))]
    expect(JSON.stringify(second)).toBe(JSON.stringify(first))
  })
})
