/** Defaults of workloads: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob. Twin layer, pure. */

import { type Draft, draft, drafts, setDefault } from './containers.ts'
import { defaultTemplate } from './pods.ts'

/** apps/v1 Deployment. */
export function defaultDeployment(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'replicas', 1)
  setDefault(spec, 'revisionHistoryLimit', 10)
  setDefault(spec, 'progressDeadlineSeconds', 600)
  const strategy = draft(spec, 'strategy')
  if (strategy !== undefined) {
    setDefault(strategy, 'type', 'RollingUpdate')
    if (strategy.type === 'RollingUpdate') {
      setDefault(strategy, 'rollingUpdate', {})
      const rolling = draft(strategy, 'rollingUpdate') ?? {}
      setDefault(rolling, 'maxUnavailable', '25%')
      setDefault(rolling, 'maxSurge', '25%')
    }
  }
  defaultTemplate(spec)
}

/** apps/v1 StatefulSet. */
export function defaultStatefulSet(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'replicas', 1)
  setDefault(spec, 'podManagementPolicy', 'OrderedReady')
  setDefault(spec, 'revisionHistoryLimit', 10)
  const retention = { whenDeleted: 'Retain', whenScaled: 'Retain' }
  setDefault(spec, 'persistentVolumeClaimRetentionPolicy', retention)
  const strategy = draft(spec, 'updateStrategy') ?? {}
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy.type === 'RollingUpdate') {
    setDefault(strategy, 'rollingUpdate', {})
    setDefault(draft(strategy, 'rollingUpdate') ?? {}, 'partition', 0)
  }
  for (const claim of drafts(spec, 'volumeClaimTemplates')) {
    claim.kind = 'PersistentVolumeClaim'
    claim.apiVersion = 'v1'
    setDefault(draft(claim, 'spec') ?? {}, 'volumeMode', 'Filesystem')
    setDefault(draft(claim, 'status') ?? {}, 'phase', 'Pending')
  }
  defaultTemplate(spec)
  const status = draft(object, 'status')
  if (status !== undefined) setDefault(status, 'availableReplicas', 0)
}

/** apps/v1 DaemonSet. */
export function defaultDaemonSet(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'revisionHistoryLimit', 10)
  const strategy = draft(spec, 'updateStrategy') ?? {}
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy.type === 'RollingUpdate') {
    setDefault(strategy, 'rollingUpdate', {})
    const rolling = draft(strategy, 'rollingUpdate') ?? {}
    setDefault(rolling, 'maxUnavailable', 1)
    setDefault(rolling, 'maxSurge', 0)
  }
  defaultTemplate(spec)
}

/** apps/v1 ReplicaSet. */
export function defaultReplicaSet(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'replicas', 1)
  defaultTemplate(spec)
}

/** v1 ReplicationController: labels and selector come from the template. */
export function defaultReplicationController(object: Draft): void {
  const spec = draft(object, 'spec')
  const metadata = draft(object, 'metadata')
  const labels = draft(draft(draft(spec, 'template'), 'metadata'), 'labels')
  if (spec === undefined) return
  if (labels !== undefined) {
    setDefault(spec, 'selector', { ...labels })
    if (metadata !== undefined) setDefault(metadata, 'labels', { ...labels })
  }
  setDefault(spec, 'replicas', 1)
  defaultTemplate(spec)
}

/** batch/v1 Job. */
export function defaultJob(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  const hasNeither = spec.completions === undefined && spec.parallelism === undefined
  if (hasNeither) spec.completions = 1
  setDefault(spec, 'parallelism', 1)
  const isPerIndex = spec.backoffLimitPerIndex !== undefined
  setDefault(spec, 'backoffLimit', isPerIndex ? 2_147_483_647 : 6)
  setDefault(spec, 'completionMode', 'NonIndexed')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'manualSelector', false)
  const replacement = spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'
  setDefault(spec, 'podReplacementPolicy', replacement)
  defaultTemplate(spec)
}

/** batch/v1 CronJob. */
export function defaultCronJob(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'concurrencyPolicy', 'Allow')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'successfulJobsHistoryLimit', 3)
  setDefault(spec, 'failedJobsHistoryLimit', 1)
  defaultTemplate(draft(draft(spec, 'jobTemplate'), 'spec'))
}
