/** What an invariant is made of, and what it may look at. Twin layer, types only. */

import type { Pod } from '../../world/kube-objects.ts'
import type { AwsAccount } from '../aws/account.ts'
import type { AccountChange, GroupState, InstanceState } from '../aws/state.ts'
import type { AuditRecord } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KubeCluster } from '../kube/cluster.ts'
import type { StoreEvent } from '../kube/store.ts'

/** What was approved: the judge's measure. */
export interface JudgePlan {
  readonly clusterName: string
  /** Users (session names) whose deeds are judged. */
  readonly engineUsers: ReadonlySet<string>
  /**
   * The process behind a user, for users that are one: on the wire an engine has an access key in AWS and
   * another name in the cluster. Absent = every user is a process of its own.
   */
  readonly processes?: ReadonlyMap<string, string>
  /** Auto Scaling groups that may be emptied and deleted. */
  readonly oldGroups: ReadonlySet<string>
  /** Nodes allowed above the number at the start. */
  readonly surgeMax: number
  /** Share of a controller without budget that may be away; at least one pod. */
  readonly virtualBudgetFraction: number
  /** How long a replacement may wait for a place. */
  readonly schedulerLatencyMs: number
}

/** A pod that leaves because of us: evicted, deleted, or on an instance that we end. */
export interface Removal {
  readonly pod: Pod
  readonly how: 'evicted' | 'deleted' | 'instance-ended'
  readonly user: string
}

/** What an invariant sees of the world. It reads state and says what is broken. */
export interface JudgeView {
  readonly kernel: Kernel
  readonly account: AwsAccount
  readonly cluster: KubeCluster
  readonly plan: JudgePlan
  isOurs(user: string): boolean
  /** Names the object and says in one sentence what is wrong. */
  broken(object: string, message: string): void
}

/** Handlers of one invariant; each is called inside the event that it is about. */
export interface Watcher {
  onAudit?(record: AuditRecord): void
  onStore?(event: StoreEvent): void
  onChange?(change: AccountChange): void
  onRemoval?(removal: Removal): void
  /** An instance that we end, before anything on it is touched. */
  onInstanceEnd?(instance: InstanceState, group: GroupState | undefined, operation: string): void
  /** After every event of the world. */
  check?(): void
}

/** One of the 26 rules. */
export interface Invariant {
  readonly number: number
  readonly name: string
  readonly text: string
  /** `partial` and `not-visible` say in `limit` what the twin cannot see. */
  readonly visibility: 'full' | 'partial' | 'not-visible'
  readonly limit?: string
  watch(view: JudgeView): Watcher
}
