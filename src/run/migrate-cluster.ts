/** A migration of one real cluster through two open ports, with its report. Run layer. */

import { oldGroupsOf } from '../decide/groups.ts'
import type { MigrationTarget } from '../decide/target.ts'
import { targetOf } from '../decide/target-of.ts'
import type { DesiredCluster } from '../fleet/desired.ts'
import { observeControlPlane } from '../observe/control-plane.ts'
import { observeGroups } from '../observe/groups.ts'
import { observeNodeGroup } from '../observe/node-groups.ts'
import { readTargetFacts } from '../observe/target-facts.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { Clock } from '../world/clock.ts'
import { type FailureCode, isFailure } from '../world/failure.ts'
import type { Finding } from '../world/finding.ts'
import type { KubeApi } from '../world/kube-api.ts'
import { type ReportedBlocker, reportedBlockers } from './blocked.ts'
import { type CallCounts, countedAws, countedKube, noCalls } from './counted.ts'
import type { EventDraft, RunEvent } from './events.ts'
import { fromWarnings } from './from-warnings.ts'
import { type MigrationOutcome, runMigration } from './migrate.ts'

/** What to migrate and through what. */
export interface ClusterMigration {
  readonly desired: DesiredCluster
  readonly aws: AwsApi
  readonly kube: KubeApi
  readonly clock: Clock
  /** Name of this process in the cluster's lease; unique per process. */
  readonly holder: string
  readonly onEvent?: (event: RunEvent) => void
  /** Told before the first step. */
  readonly onWarning?: (warning: Finding) => void
  /** Aborted = start nothing new, finish what is in flight, end `paused`. */
  readonly signal?: AbortSignal
}

/** JSON of `migrate -o json`: the part of a rehearsal's report that only a real world can give. */
export interface MigrationReport {
  readonly result: 'converged' | 'blocked' | 'failed' | 'paused'
  /** Why it failed; absent otherwise. */
  readonly message?: string
  /** The same for programs. */
  readonly code?: FailureCode
  readonly cluster: string
  /** What may be wrong with the fleet file, seen against the cluster; none of it stops a run. */
  readonly warnings: readonly Finding[]
  readonly blocked: readonly ReportedBlocker[]
  /** Seconds of the clock from the first call to the last. */
  readonly seconds: number
  readonly pods: {
    readonly moved: number
    readonly evictionsSent: number
    readonly evictionsRefused: number
  }
  readonly calls: { readonly aws: number; readonly kubernetes: number }
  readonly stages: readonly { readonly stage: string; readonly done: boolean }[]
  readonly oldGroupsRemaining: readonly string[]
}

/**
 * Runs until settled, blocked, paused or failed. Idempotent: a later run goes on from what it finds. Rejects
 * with a RegroupError when not even the first look at the cluster works, and with an AssertionError for bugs.
 */
export async function migrateCluster(run: ClusterMigration): Promise<MigrationReport> {
  const { clock, desired, holder, signal } = run
  const counts = noCalls()
  const aws = countedAws(run.aws, counts)
  const kube = countedKube(run.kube, counts)
  const startMs = clock.nowMs()
  const target = targetOf(desired, await readTargetFacts(aws, desired))
  const warnings = await fromWarnings(aws, desired, target)
  for (const one of warnings) run.onWarning?.(one)
  const outcome = await settled(
    runMigration({
      aws,
      kube,
      clock,
      target,
      holder,
      emit: emitterOf(run, startMs),
      ...(signal === undefined ? {} : { signal }),
    }),
  )
  const end = await endState(aws, target)
  const seconds = (clock.nowMs() - startMs) / 1000
  return { ...reportOf({ outcome, end, counts, target, seconds }), warnings }
}

/** How a run ended; a world that refuses is a value here. */
type Outcome =
  | MigrationOutcome
  | { readonly result: 'failed'; readonly message: string; readonly code: FailureCode }

/** Rejects for bugs only. */
export async function settled(work: Promise<MigrationOutcome>): Promise<Outcome> {
  try {
    return await work
  } catch (error) {
    if (isFailure(error)) return { result: 'failed', message: error.message, code: error.code }
    throw error
  }
}

/** Numbers the events of a run and says when they were. */
export function emitterOf({ clock, desired, onEvent }: ClusterMigration, startMs: number) {
  let seq = 0
  return (draft: EventDraft): void => {
    seq += 1
    const atMs = clock.nowMs()
    onEvent?.({ seq, atMs, seconds: (atMs - startMs) / 1000, cluster: desired.name, ...draft })
  }
}

interface EndState {
  readonly stages: MigrationReport['stages']
  readonly oldGroupsRemaining: readonly string[]
}

/** What the report says of the end is read anew; unreadable = unknown, and the stages say so. */
async function endState(aws: AwsApi, target: MigrationTarget): Promise<EndState> {
  const { clusterName } = target
  try {
    const control = await observeControlPlane(aws, clusterName, [])
    const nodeGroups = await Promise.all(
      target.nodeGroups.map(({ name }) => presentNodeGroup(aws, clusterName, name)),
    )
    const present = nodeGroups.flatMap((one) => one ?? [])
    const newNames = new Set(present.flatMap((one) => one.groupNames))
    const groups = await observeGroups(aws, { clusterName, newNames, isRefreshRead: false })
    const left = oldGroupsOf(target, { groups, nodeGroups: present })
    return {
      oldGroupsRemaining: left.map((group) => group.name),
      stages: [
        { stage: 'control-plane', done: control.version === target.kubernetesVersion },
        { stage: 'node-groups', done: nodeGroups.every((one) => one?.status === 'ACTIVE') },
        { stage: 'retire', done: left.length === 0 },
      ],
    }
  } catch (error) {
    if (isFailure(error)) return { stages: [], oldGroupsRemaining: [] }
    throw error
  }
}

/** Undefined when there is none. @throws RegroupError of the call. */
export async function presentNodeGroup(aws: AwsApi, clusterName: string, name: string) {
  try {
    return await observeNodeGroup(aws, clusterName, name)
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}

function reportOf(input: {
  readonly outcome: Outcome
  readonly end: EndState
  readonly counts: CallCounts
  readonly target: MigrationTarget
  readonly seconds: number
}): Omit<MigrationReport, 'warnings'> {
  const { counts, end, outcome, seconds, target } = input
  const blockers = outcome.result === 'blocked' ? outcome.blockers : []
  return {
    result: outcome.result,
    ...(outcome.result === 'failed' ? { message: outcome.message, code: outcome.code } : {}),
    cluster: target.clusterName,
    blocked: reportedBlockers(blockers),
    seconds: Math.round(seconds * 10) / 10,
    pods: {
      moved: counts.evictionsGranted,
      evictionsSent: counts.evictionsSent,
      evictionsRefused: counts.evictionsRefused,
    },
    calls: { aws: counts.aws, kubernetes: counts.kubernetes },
    ...end,
  }
}
