/** Arbitrary observations of a migration half way: any mix of nodes, pods, budgets and groups. */

import fc from 'fast-check'
import type { Observed } from '../src/decide/observed.ts'
import type { Pod } from '../src/world/kube-objects.ts'
import {
  aBudget,
  aNode,
  aPod,
  aReplicaSet,
  aVolume,
  nowMs,
  secondsFromNow,
} from './cluster-view.ts'
import { aFencedGroup, aGroup, aNodeGroup, anObservation } from './migration-view.ts'

/** Five of them, so that other values stay the exception. */
function mostly<const T>(value: T): readonly [T, T, T, T, T] {
  return [value, value, value, value, value]
}

const oldStates = fc.constantFrom('closed', 'open', 'cordoned-by-other', 'sent', 'overdue')
const zones = fc.constantFrom('a', 'b')

const podParts = fc.record({
  on: fc.nat({ max: 5 }),
  app: fc.constantFrom('web', 'api', 'db'),
  owner: fc.constantFrom(...mostly('ReplicaSet'), 'DaemonSet', 'Job', 'none'),
  isReady: fc.constantFrom(...mostly(true), false),
  leavesInSeconds: fc.constantFrom(...mostly(undefined), 10, -300),
  phase: fc.constantFrom('Running' as const, 'Running' as const, 'Succeeded' as const),
  cpu: fc.constantFrom(...mostly('100m'), '1500m', '3900m'),
  isBound: fc.constantFrom(...mostly(false), true),
  isMirror: fc.constantFrom(...mostly(false), true),
})

const budgetParts = fc.record({
  app: fc.constantFrom('web', 'api', 'db'),
  allowed: fc.nat({ max: 2 }),
  healthy: fc.nat({ max: 6 }),
  desired: fc.nat({ max: 6 }),
  expected: fc.nat({ max: 6 }),
  isObserved: fc.boolean(),
})

/** A record with all its node states, for {@link observationOf}. */
export const migrationParts = fc.record({
  olds: fc.array(fc.record({ state: oldStates, zone: zones, isReady: fc.boolean() }), {
    maxLength: 5,
  }),
  news: fc.array(fc.record({ zone: zones, isReady: fc.constantFrom(...mostly(true), false) }), {
    maxLength: 6,
  }),
  isProtected: fc.boolean(),
  pods: fc.array(podParts, { maxLength: 10 }),
  budgets: fc.array(budgetParts, { maxLength: 3 }),
  desired: fc.nat({ max: 6 }),
  isFenced: fc.constantFrom(...mostly(true), false),
  minSize: fc.nat({ max: 1 }),
})

type Parts = typeof migrationParts extends fc.Arbitrary<infer T> ? T : never

/** Old nodes are o0, o1, ...; new ones n0, n1, ... . */
export function observationOf(parts: Parts): Observed {
  const olds = parts.olds.map((old, index) => oldNode(`o${index}`, old))
  const annotations: Readonly<Record<string, string>> = parts.isProtected
    ? { 'regroup.dev/scale-down-disabled': 'true' }
    : {}
  const news = parts.news.map(({ isReady, zone }, index) =>
    aNode(`n${index}`, { zone, isReady, annotations }),
  )
  const names = (nodes: readonly { metadata: { name: string } }[]) =>
    nodes.map((node) => node.metadata.name)
  const group = parts.isFenced ? aFencedGroup : aGroup
  return anObservation({
    nodeGroups: [aNodeGroup('new-a')],
    groups: [
      aGroup('eks-new-a', names(news), { desiredCapacity: Math.max(parts.desired, news.length) }),
      group('old-1', names(olds), { minSize: parts.minSize }),
    ],
    objects: {
      nodes: [...olds, ...news],
      pods: parts.pods.map((one, index) => pod(one, index, names([...olds, ...news]))),
      sets: ['web', 'api', 'db'].map((app) => aReplicaSet(app, 3)),
      budgets: parts.budgets.map((one, index) => aBudget(`b${index}`, one)),
      volumes: [aVolume('data', { zone: 'a' })],
    },
  })
}

function oldNode(name: string, old: Parts['olds'][number]) {
  const { isReady, state, zone } = old
  const seconds = state === 'overdue' ? 9999 : 60
  const isOurs = state !== 'closed' && state !== 'cordoned-by-other'
  return aNode(name, {
    zone,
    isReady,
    isUnschedulable: state !== 'closed' && state !== 'sent',
    taints: [{ key: 'regroup.dev/retiring', value: 'true', effect: 'PreferNoSchedule' }],
    annotations: isOurs ? { 'regroup.dev/cordoned-at': secondsFromNow(-seconds) } : {},
  })
}

function pod(parts: Parts['pods'][number], index: number, nodes: readonly string[]): Pod {
  const { app, cpu, isBound, isMirror, isReady, leavesInSeconds, on, owner, phase } = parts
  const node = nodes[on]
  return aPod(`p${index}`, {
    cpu,
    isReady,
    labels: { app },
    ...(node === undefined ? {} : { node, phase }),
    ...(owner === 'none' ? {} : { owner: `${owner}/${app}` }),
    ...(leavesInSeconds === undefined ? {} : { leavesInSeconds }),
    ...(isBound ? { claims: ['data'] } : {}),
    ...(isMirror ? { annotations: { 'kubernetes.io/config.mirror': 'x' } } : {}),
  })
}

/** Every old node has been empty for an hour. */
export const longEmpty: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 6 }, (_, index) => [`o${index}`, nowMs - 3_600_000]),
)
