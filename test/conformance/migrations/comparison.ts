/** One migration on both sides: what was decided, in which order, and the end. Test support. */

import { includesAll } from '../../../src/drain/selector.ts'
import type { RunEvent } from '../../../src/run/events.ts'
import type { WorldSpec } from '../../../src/twin/build/world-spec.ts'
import type { Pod, PodDisruptionBudget } from '../../../src/world/kube-objects.ts'
import type { MigrationRun } from './real-migration.ts'

/** Acts by kind, in order. Acts of one tick are one round: they are sent side by side and answered in any order. */
export type Acts = Readonly<Record<string, readonly (readonly string[])[]>>

/** Ticks are a second apart. */
const tickSeconds = 0.6

/** The deeds of a run by kind; pods that came later than the world go by their Deployment's name. */
export function actsOf({ events }: MigrationRun, world: WorldSpec): Acts {
  const known = new Set(
    podsOf(world).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  )
  const acts: Record<string, string[][]> = {}
  const lastSeconds = new Map<string, number>()
  for (const { data, object, seconds, type } of events) {
    const kind = type === 'blocked' ? type : data?.kind
    if (typeof kind !== 'string') continue
    const isAboutPod = kind === 'evict' || kind === 'blocked'
    acts[kind] ??= []
    const rounds = acts[kind]
    const isSameTick = seconds - (lastSeconds.get(kind) ?? Number.NEGATIVE_INFINITY) < tickSeconds
    if (!isSameTick) rounds.push([])
    const isLater = isAboutPod && !known.has(object)
    const name = isLater ? laterPod(object) : object
    // Which of two siblings behind a budget of one goes first, and which stays, is the scheduler's lot.
    rounds.at(-1)?.push(kind === 'blocked' ? name.replace(/-\d+$/, '-*') : name)
    lastSeconds.set(kind, seconds)
  }
  for (const rounds of Object.values(acts)) for (const round of rounds) round.sort()
  return acts
}

/** All objects of a kind, sorted: what was done, whatever the order. */
export function objectsOf(acts: Acts, kind: string): readonly string[] {
  return (acts[kind] ?? []).flat().sort()
}

/** Evicted pods by budget, in the order of their evictions. Pods of one tick are sorted. */
export function evictionOrders(
  acts: Acts,
  world: WorldSpec,
): Readonly<Record<string, readonly string[]>> {
  const evicted = (acts.evict ?? []).flat()
  const pods = new Map(
    podsOf(world).map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]),
  )
  const orders = budgetsOf(world).map((budget) => {
    const { name, namespace } = budget.metadata
    const own = evicted.filter((key) => isGuarded(pods.get(key), budget))
    return [`${namespace}/${name}`, own] as const
  })
  return Object.fromEntries(orders.filter(([, own]) => own.length > 1))
}

/**
 * An end without what cannot be equal: hashes of templates that were changed on the way, and times. A rehearsal
 * stops its world the moment a block is certain, when the last pods that moved may not be there yet: of a blocked
 * run only the pods on old nodes are compared.
 */
export function comparableEnd({ end }: MigrationRun): unknown {
  const pods = Object.entries(end.pods).map(([key, text]) => [
    key.replace(/(ReplicaSet .*)-[0-9a-z]+$/, '$1'),
    end.result === 'blocked' ? onOldNodes(text) : text,
  ])
  const text = JSON.stringify({ ...end, pods: Object.fromEntries(pods) })
  return JSON.parse(text.replaceAll(/("[A-Za-z]+AtMs":)"\d+"/g, '$1""'))
}

function onOldNodes(text: string): string {
  return text
    .split(', ')
    .filter((part) => !part.endsWith(' new nodes'))
    .join(', ')
}

/** Seconds from the first cordon to the last termination: what nodes, pods and budgets take. */
export function moveSeconds({ events }: MigrationRun): number {
  const at = (kind: string): readonly number[] => timesOf(events, kind)
  return (at('terminate').at(-1) ?? 0) - (at('cordon')[0] ?? 0)
}

/** Seconds from one eviction of a budget's pods to the next are not compared; the first and the last are. */
export function evictionSeconds({ events }: MigrationRun): number {
  const times = timesOf(events, 'evict')
  return (times.at(-1) ?? 0) - (times[0] ?? 0)
}

function timesOf(events: readonly RunEvent[], kind: string): readonly number[] {
  return events.filter(({ data }) => data?.kind === kind).map(({ seconds }) => seconds)
}

function laterPod(object: string): string {
  return object.replace(/-[0-9a-z]+-[0-9a-z]+$/, '-*')
}

function podsOf(world: WorldSpec): readonly Pod[] {
  return objects(world).filter((one): one is Pod => one.kind === 'Pod')
}

function budgetsOf(world: WorldSpec): readonly PodDisruptionBudget[] {
  return objects(world).filter(
    (one): one is PodDisruptionBudget => one.kind === 'PodDisruptionBudget',
  )
}

function objects(world: WorldSpec) {
  return world.clusters.flatMap((cluster) => cluster.objects)
}

function isGuarded(pod: Pod | undefined, { metadata, spec }: PodDisruptionBudget): boolean {
  if (pod === undefined || pod.metadata.namespace !== metadata.namespace) return false
  return includesAll(pod.metadata.labels ?? {}, spec.selector?.matchLabels ?? {})
}
