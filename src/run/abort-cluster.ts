/** A migration of one real cluster taken back through two open ports, with its report. Run layer. */

import type { ObservedNodeGroup } from '../decide/observed.ts'
import type { MigrationTarget } from '../decide/target.ts'
import { targetOf } from '../decide/target-of.ts'
import { readTargetFacts } from '../observe/target-facts.ts'
import type { AwsApi } from '../world/aws-api.ts'
import { type FailureCode, isFailure } from '../world/failure.ts'
import { type ReportedBlocker, reportedBlockers } from './blocked.ts'
import { countedAws, countedKube, noCalls } from './counted.ts'
import type { EventDraft } from './events.ts'
import { runMigration } from './migrate.ts'
import { type ClusterMigration, emitterOf, presentNodeGroup, settled } from './migrate-cluster.ts'

/** JSON of `migrate --abort -o json`: what this run took back, and what stays. */
export interface AbortReport {
  /** `aborted`: nothing of a migration is left, whether this run or an earlier one took it back. */
  readonly result: 'aborted' | 'blocked' | 'failed' | 'paused'
  /** Why it failed; absent otherwise. */
  readonly message?: string
  readonly code?: FailureCode
  readonly cluster: string
  readonly blocked: readonly ReportedBlocker[]
  readonly seconds: number
  readonly calls: { readonly aws: number; readonly kubernetes: number }
  /** Old groups whose fence was taken back, with their sizes as a sentence. */
  readonly groups: readonly { readonly name: string; readonly sizes: string }[]
  /** Nodes that were uncordoned, or lost a mark or taint of ours. */
  readonly nodes: readonly string[]
  readonly prioritiesRestored: boolean
  readonly standing: StandingGroups
}

/** Node groups of the fleet file that stay. */
export interface StandingGroups {
  readonly nodeGroups: readonly string[]
  /** What removes them, in this order: EKS gives the pods of a group that it deletes only minutes. */
  readonly commands: readonly string[]
  /** What else their removal does. */
  readonly cautions: readonly string[]
}

/**
 * Idempotent, and killed at any point a later run goes on. Rejects with a RegroupError when not even the first
 * look at the cluster works, and with an AssertionError for bugs.
 */
export async function abortCluster(run: ClusterMigration): Promise<AbortReport> {
  const { clock, desired, holder, signal } = run
  const counts = noCalls()
  const aws = countedAws(run.aws, counts)
  const kube = countedKube(run.kube, counts)
  const startMs = clock.nowMs()
  const target = targetOf(desired, await readTargetFacts(aws, desired))
  const deeds: EventDraft[] = []
  const tell = emitterOf(run, startMs)
  const emit = (event: EventDraft): void => {
    deeds.push(event)
    tell(event)
  }
  const stop = signal === undefined ? {} : { signal }
  const outcome = await settled(
    runMigration({ aws, kube, clock, target, holder, emit, goal: 'abort', ...stop }),
  )
  const standing = standingOf(await presentGroups(aws, target), target.clusterName, desired.region)
  const { result } = outcome
  return {
    result: result === 'converged' ? 'aborted' : result,
    ...(outcome.result === 'failed' ? { message: outcome.message, code: outcome.code } : {}),
    cluster: target.clusterName,
    blocked: reportedBlockers(outcome.result === 'blocked' ? outcome.blockers : []),
    seconds: Math.round((clock.nowMs() - startMs) / 100) / 10,
    calls: { aws: counts.aws, kubernetes: counts.kubernetes },
    ...deedsOf(deeds),
    standing,
  }
}

function deedsOf(
  deeds: readonly EventDraft[],
): Pick<AbortReport, 'groups' | 'nodes' | 'prioritiesRestored'> {
  const of = (kind: string) => deeds.filter((one) => one.data?.kind === kind)
  const nodes = [...of('restore-node'), ...of('unprotect-node')].map((one) => one.object)
  return {
    groups: of('restore-group').map(({ message, object }) => ({
      name: object,
      sizes: message.slice(message.indexOf(': ') + 2),
    })),
    nodes: [...new Set(nodes)].sort(),
    prioritiesRestored: of('restore-priorities').length > 0,
  }
}

/** Node groups of the target that exist; those that could not be looked at are left out. */
async function presentGroups(
  aws: AwsApi,
  { clusterName, nodeGroups }: MigrationTarget,
): Promise<readonly ObservedNodeGroup[]> {
  const found: ObservedNodeGroup[] = []
  try {
    for (const { name } of nodeGroups) {
      const one = await presentNodeGroup(aws, clusterName, name)
      if (one !== undefined) found.push(one)
    }
  } catch (error) {
    if (!isFailure(error)) throw error
  }
  return found
}

function standingOf(
  found: readonly ObservedNodeGroup[],
  clusterName: string,
  region: string,
): StandingGroups {
  const names = found.map((one) => one.name)
  const roles = [...new Set(found.map((one) => one.nodeRole))].sort()
  return {
    nodeGroups: names,
    commands: names.flatMap((name) => [
      `kubectl drain -l eks.amazonaws.com/nodegroup=${name} --ignore-daemonsets --delete-emptydir-data`,
      `aws eks delete-nodegroup --region ${region} --cluster-name ${clusterName} --nodegroup-name ${name}`,
    ]),
    cautions: roles.map(
      (role) =>
        `With the last node group of role ${role} EKS takes the mapping of that role away, and old nodes that use ` +
        'it go NotReady: map it again at once (aws eks create-access-entry --type EC2_LINUX, or aws-auth).',
    ),
  }
}
