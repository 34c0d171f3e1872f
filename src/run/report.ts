/** The report of a rehearsal: the same bytes for the same options. Run layer. */

import type { MigrationTarget } from '../decide/target.ts'
import type { Judge } from '../twin/judge/judge.ts'
import type { Twin } from '../twin/twin.ts'
import { type ReportedBlocker, reportedBlockers } from './blocked.ts'
import type { MoveEnd } from './lower-bound.ts'
import type { DriveResult } from './rehearse.ts'

/** JSON of `rehearse -o json`; times in seconds of virtual time. */
export interface RehearsalReport {
  readonly result: 'converged' | 'blocked' | 'failed' | 'paused'
  /** Why it failed; absent otherwise. */
  readonly message?: string
  readonly blocked: readonly ReportedBlocker[]
  readonly seed: string
  readonly virtualSeconds: number
  readonly pods: {
    readonly moved: number
    /** Pods that ran and have no successor because of us. */
    readonly lost: number
    readonly pendingSeconds: number
    readonly evictionsSent: number
    readonly evictionsRefused: number
    /** Least share of Ready replicas of any controller with two or more, and where. */
    readonly leastHealthyShare: number
    readonly leastHealthyObject: string
  }
  readonly nodes: { readonly created: number; readonly removed: number }
  /** What no schedule under this policy can beat; 0 when no old node went. */
  readonly lowerBoundSeconds: number
  /** First eviction to last old instance gone; 0 when nothing was evicted. */
  readonly makespanSeconds: number
  readonly invariants: {
    /** Evaluations: 26 rules after every event. */
    readonly checked: number
    readonly broken: readonly {
      readonly number: number
      readonly name: string
      readonly object: string
      readonly message: string
      readonly count: number
    }[]
  }
  readonly calls: { readonly aws: number; readonly kubernetes: number }
  readonly stages: readonly { readonly stage: string; readonly done: boolean }[]
  readonly oldGroupsRemaining: readonly string[]
}

/** Puts the report together. */
export function reportOf(
  input: DriveResult & {
    readonly twin: Twin
    readonly judge: Judge
    readonly target: MigrationTarget
    readonly boundOf: (end: MoveEnd) => number
    readonly startMs: number
    readonly oldGroups: readonly string[]
    readonly seed: string
  },
): RehearsalReport {
  const { blockers, boundOf, calls, judge, oldGroups, outcome, seed, startMs, twin } = input
  const { measures } = judge
  const oldGroupsRemaining = oldGroups.filter((name) => twin.account.groups.has(name))
  const { firstEvictionMs, lastOldInstanceGoneMs } = measures
  const makespanMs =
    firstEvictionMs === undefined || lastOldInstanceGoneMs === undefined
      ? 0
      : lastOldInstanceGoneMs - firstEvictionMs
  return {
    result: outcome.result,
    ...('message' in outcome ? { message: outcome.message } : {}),
    blocked: reportedBlockers(blockers),
    seed,
    virtualSeconds: rounded((twin.kernel.nowMs() - startMs) / 1000),
    pods: {
      moved: measures.podsMoved,
      lost: measures.podsLost.size,
      pendingSeconds: measures.pendingSeconds,
      evictionsSent: measures.evictionsSent,
      evictionsRefused: measures.evictionsRefused,
      leastHealthyShare: Math.round(measures.leastHealthyShare * 1000) / 1000,
      leastHealthyObject: measures.leastHealthyObject,
    },
    nodes: { created: measures.nodesCreated, removed: measures.nodesRemoved },
    lowerBoundSeconds: rounded(boundOf({ firstEvictionMs, isGone: goneFrom(twin, input.target) })),
    makespanSeconds: rounded(makespanMs / 1000),
    invariants: {
      checked: judge.checkedCount * judge.visibility.length,
      broken: judge.breaches.map(({ count, message, name, number, object }) => ({
        number,
        name,
        object,
        message,
        count,
      })),
    },
    calls,
    stages: stagesOf(input, oldGroupsRemaining.length === 0),
    oldGroupsRemaining,
  }
}

function goneFrom(twin: Twin, target: MigrationTarget): (nodeName: string) => boolean {
  const store = twin.clusters.get(target.clusterName)?.store
  return (nodeName) => store?.get('Node', undefined, nodeName) === undefined
}

function stagesOf(
  { target, twin }: { readonly target: MigrationTarget; readonly twin: Twin },
  isRetired: boolean,
): RehearsalReport['stages'] {
  const cluster = twin.account.clusters.get(target.clusterName)
  const nodeGroups = target.nodeGroups.every(
    (one) => twin.account.nodeGroups.get(`${target.clusterName}/${one.name}`)?.status === 'ACTIVE',
  )
  return [
    { stage: 'control-plane', done: cluster?.version === target.kubernetesVersion },
    { stage: 'node-groups', done: nodeGroups },
    { stage: 'retire', done: isRetired },
  ]
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10
}
