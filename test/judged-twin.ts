/** A world with a judge in it, for migrations that are run more than once. */

import type { MigrationTarget } from '../src/decide/target.ts'
import { targetOf } from '../src/decide/target-of.ts'
import type { DesiredCluster, DesiredFleet } from '../src/fleet/desired.ts'
import { readTargetFacts } from '../src/observe/target-facts.ts'
import type { EventDraft } from '../src/run/events.ts'
import { approvedBy, judgePlanOf } from '../src/run/judge-plan.ts'
import { type MigrationOutcome, runMigration } from '../src/run/migrate.ts'
import type { WorldSpec } from '../src/twin/build/world-spec.ts'
import { Judge } from '../src/twin/judge/judge.ts'
import { buildTwin, type Twin } from '../src/twin/twin.ts'
import { assert } from '../src/world/assert.ts'
import { tinyFleet, tinyWorld } from './tiny-world.ts'

const limits = { virtualMsMax: 5 * 86_400_000, eventsMax: 5_000_000 }

/** What one run said and how it ended. */
export interface JudgedRun {
  /** `killed`: at the call that was asked for. */
  readonly outcome: MigrationOutcome | { readonly result: 'killed' }
  readonly events: readonly EventDraft[]
  /** Virtual minutes. */
  readonly minutes: number
  readonly callCount: number
  /** How many calls had been made when each of the events came. */
  readonly callsAt: readonly number[]
}

/** What a run may be told. */
export interface RunOptions {
  readonly goal?: 'migrate' | 'abort'
  /** Killed before this call, as it is counted from 1. */
  readonly killAt?: number
  readonly onEvent?: (event: EventDraft) => void
}

/** A twin, its judge, and runs of the engine in it. */
export interface JudgedTwin {
  readonly twin: Twin
  readonly judge: Judge
  run(target: MigrationTarget, options?: RunOptions): Promise<JudgedRun>
  /** Work of any other client, to its end. */
  settle<T>(work: Promise<T>): Promise<T>
  wait(ms: number): Promise<void>
  /** The target of the tiny fleet, changed if told so, as this world resolves it. */
  target(change?: (cluster: DesiredCluster) => DesiredCluster): Promise<MigrationTarget>
  /** Ready pods of the namespace of the workloads, by controller. */
  readyPods(): Readonly<Record<string, number>>
}

/** Users `regroup-1`, `regroup-2`, ... are the engine's. */
export async function judgedTwin(
  world: WorldSpec = tinyWorld(),
  fleet: DesiredFleet = tinyFleet(),
): Promise<JudgedTwin> {
  const twin = buildTwin(world, { seed: '1' })
  const [cluster] = fleet.clusters
  const clusterTwin = twin.clusters.get(cluster?.name ?? '')
  assert(cluster !== undefined && clusterTwin !== undefined, 'the world has the cluster')
  const { kernel } = twin
  const { aws } = twin.connect('resolver')
  const approved = await kernel.runUntil(approvedBy(aws, cluster))
  const engineUsers = Array.from({ length: 9 }, (_, index) => `regroup-${index + 1}`)
  const plan = judgePlanOf(twin, approved, engineUsers)
  const judge = new Judge({
    kernel,
    account: twin.account,
    cluster: clusterTwin,
    plan,
    mode: 'stop',
  })
  let runCount = 0
  return {
    twin,
    judge,
    settle: (work) => kernel.runUntil(work, limits),
    wait: (ms) => kernel.runUntil(twin.connect('admin').clock.sleep(ms), limits),
    target: async (change = (one) => one) => {
      const desired = change(cluster)
      return targetOf(desired, await kernel.runUntil(readTargetFacts(aws, desired)))
    },
    readyPods: () => {
      const counts: Record<string, number> = {}
      for (const pod of clusterTwin.store.list('Pod')) {
        const isReady = pod.status?.conditions?.some(
          ({ status, type }) => type === 'Ready' && status === 'True',
        )
        const app = pod.metadata.labels?.app
        if (isReady && app !== undefined) counts[app] = (counts[app] ?? 0) + 1
      }
      return counts
    },
    run: async (target, { goal = 'migrate', killAt, onEvent } = {}) => {
      runCount += 1
      const holder = `regroup-${runCount}`
      const crash = killAt === undefined ? undefined : { call: killAt, when: 'before' as const }
      const { aws: port, clock, kube, session } = twin.connect(holder, crash)
      const events: EventDraft[] = []
      const callsAt: number[] = []
      const callCount = (): number => session.calls.aws + session.calls.kubernetes
      const emit = (event: EventDraft): void => {
        events.push(event)
        callsAt.push(callCount())
        onEvent?.(event)
      }
      const startMs = kernel.nowMs()
      const ports = { aws: port, clock, kube: kube(cluster.name) }
      const killed = new Promise<{ result: 'killed' }>((resolve) => {
        session.whenKilled(() => resolve({ result: 'killed' }))
      })
      const work = runMigration({ ...ports, target, holder, emit, goal })
      const outcome = await kernel.runUntil(Promise.race([killed, work]), limits)
      const minutes = (kernel.nowMs() - startMs) / 60_000
      return { outcome, events, minutes, callCount: callCount(), callsAt }
    },
  }
}
