/** A migration on the twin, under the judge's eyes. Run layer. */

import type { Blocker } from '../decide/decision.ts'
import type { MigrationTarget } from '../decide/target.ts'
import type { DesiredCluster, DesiredFleet } from '../fleet/desired.ts'
import type { WorldSpec } from '../twin/build/world-spec.ts'
import { Judge } from '../twin/judge/judge.ts'
import { buildTwin, type Twin, type TwinClient } from '../twin/twin.ts'
import { RegroupError } from '../world/failure.ts'
import type { Finding } from '../world/finding.ts'
import { type EndState, endStateOf } from './end-state.ts'
import type { EventDraft, RunEvent } from './events.ts'
import { approvedBy, judgePlanOf } from './judge-plan.ts'
import { runKubectlDrain } from './kubectl-drain.ts'
import { lowerBoundOf } from './lower-bound.ts'
import { type MigrationOutcome, runMigration } from './migrate.ts'
import { type RehearsalReport, reportOf } from './report.ts'

/** What to rehearse. */
export interface RehearseOptions {
  readonly world: WorldSpec
  readonly fleet: DesiredFleet
  /** Undefined = the world's only cluster. */
  readonly clusterName?: string
  readonly seed: string
  readonly engine: 'regroup' | 'kubectl-drain'
  /** Kills the engine at its N-th port call and starts another with an empty memory. */
  readonly crashAt?: { readonly call: number; readonly when: 'before' | 'after' }
  readonly onEvent?: (event: RunEvent) => void
  /** Told before the first step. */
  readonly onWarning?: (warning: Finding) => void
  /** Gets what the run left behind, once, when it has ended. */
  readonly onEnd?: (end: EndState) => void
  /** Aborted = start nothing new. */
  readonly signal?: AbortSignal
}

/** User names in the twin's audit log: of the engine, and of the one that follows when it is killed. */
const engineUsers = ['regroup-1', 'regroup-2'] as const
/** Virtual time after which a rehearsal counts as stuck. */
const virtualMsMax = 21 * 24 * 3_600_000
const eventsMax = 40_000_000

/** Deterministic for equal options. @throws RegroupError, JudgeStop (a broken rule) or AssertionError (a bug). */
export async function rehearseMigration(options: RehearseOptions): Promise<RehearsalReport> {
  const desired = clusterOf(options)
  const twin = buildTwin(options.world, { seed: options.seed, journalKeptMax: 2000 })
  const clusterTwin = twin.clusters.get(desired.name)
  if (clusterTwin === undefined) {
    const known = [...twin.clusters.keys()].join(', ')
    throw new RegroupError('not-found', `the world has no cluster ${desired.name}; it has ${known}`)
  }
  const approved = await twin.kernel.runUntil(approvedBy(twin.connect('resolver').aws, desired))
  const { oldGroups, target, warnings } = approved
  for (const one of warnings) options.onWarning?.(one)
  const judge = new Judge({
    kernel: twin.kernel,
    account: twin.account,
    cluster: clusterTwin,
    plan: judgePlanOf(twin, approved, engineUsers),
    mode: options.engine === 'regroup' ? 'stop' : 'count',
  })
  const boundOf = lowerBoundOf(twin, { oldGroups, target })
  const startMs = twin.kernel.nowMs()
  const emit = emitter(options, desired.name, twin)
  options.signal?.addEventListener('abort', () => judge.notePause())
  const run = await drive(twin, { options, target, emit, oldGroups })
  const { seed } = options
  const report = reportOf({ twin, judge, target, boundOf, startMs, oldGroups, seed, ...run })
  options.onEnd?.(endStateOf(twin, desired.name, report))
  return report
}

function clusterOf({ clusterName, fleet, world }: RehearseOptions): DesiredCluster {
  const wanted = clusterName ?? world.clusters[0]?.name
  const found = fleet.clusters.find((one) => one.name === wanted)
  if (found !== undefined) return found
  const known = fleet.clusters.map((one) => one.name).join(', ')
  throw new RegroupError('not-found', `the fleet file has no cluster ${wanted}; it has ${known}`)
}

function emitter(
  { onEvent }: RehearseOptions,
  cluster: string,
  twin: Twin,
): (event: EventDraft) => void {
  let seq = 0
  const startMs = twin.kernel.nowMs()
  return (draft) => {
    seq += 1
    const atMs = twin.kernel.nowMs()
    onEvent?.({ seq, atMs, seconds: (atMs - startMs) / 1000, cluster, ...draft })
  }
}

/** What the drive hands to the report. */
export interface DriveResult {
  readonly outcome: MigrationOutcome | { readonly result: 'failed'; readonly message: string }
  readonly blockers: readonly Blocker[]
  readonly calls: { readonly aws: number; readonly kubernetes: number }
}

async function drive(
  twin: Twin,
  context: {
    readonly options: RehearseOptions
    readonly target: MigrationTarget
    readonly emit: (event: EventDraft) => void
    readonly oldGroups: readonly string[]
  },
): Promise<DriveResult> {
  const { crashAt } = context.options
  const first = twin.connect(engineUsers[0], crashAt)
  const calls = { ...first.session.calls }
  const outcome = await twin.kernel.runUntil(
    // Listening first: the engine's first call is made before its promise is there.
    Promise.race([crashed(first), engineRun(first, context)]),
    { virtualMsMax, eventsMax },
  )
  Object.assign(calls, first.session.calls)
  if (outcome !== 'crashed') return { outcome, blockers: blockersOf(outcome), calls }
  context.emit({
    type: 'summary',
    object: 'engine',
    message: `killed ${crashAt?.when} call ${crashAt?.call}; starting again`,
  })
  const second = twin.connect(engineUsers[1])
  const again = await twin.kernel.runUntil(engineRun(second, context), {
    virtualMsMax,
    eventsMax,
  })
  const { aws, kubernetes } = second.session.calls
  return {
    outcome: again,
    blockers: blockersOf(again),
    calls: { aws: calls.aws + aws, kubernetes: calls.kubernetes + kubernetes },
  }
}

function crashed(client: TwinClient): Promise<'crashed'> {
  return new Promise((resolve) => {
    client.session.whenKilled(() => resolve('crashed'))
  })
}

function blockersOf(outcome: MigrationOutcome | { result: 'failed' }): readonly Blocker[] {
  return 'blockers' in outcome ? outcome.blockers : []
}

function engineRun(
  client: TwinClient,
  context: {
    readonly options: RehearseOptions
    readonly target: MigrationTarget
    readonly emit: (event: EventDraft) => void
    readonly oldGroups: readonly string[]
  },
): Promise<DriveResult['outcome']> {
  const { emit, oldGroups, options, target } = context
  const ports = { aws: client.aws, kube: client.kube(target.clusterName), clock: client.clock }
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  const work =
    options.engine === 'regroup'
      ? runMigration({ ...ports, target, holder: client.session.name, emit, ...signal })
      : runKubectlDrain({ ...ports, target, emit, oldGroups, ...signal })
  return work.catch((error: unknown) => {
    if (error instanceof RegroupError) return { result: 'failed' as const, message: error.message }
    throw error
  })
}
