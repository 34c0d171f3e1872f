/** How workloads, budgets and autoscalers are printed. Twin layer, pure. */

import { at, listAt, textAt } from '../schema/own.ts'
import { ageOf, shortDuration } from './age.ts'
import {
  type Cell,
  containersOf,
  count,
  created,
  nameOf,
  orNone,
  type PrintContext,
  pairsText,
  selectorText,
} from './texts.ts'

type Printer = (object: unknown, context: PrintContext) => Cell[]

/** Deployments. */
export const deploymentCells: Printer = (object, context) => [
  nameOf(object),
  `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
  count(object, 'status', 'updatedReplicas'),
  count(object, 'status', 'availableReplicas'),
  created(object, context),
  ...containersOf(at(object, 'spec', 'template', 'spec')),
  selectorText(at(object, 'spec', 'selector')),
]

/** StatefulSets. */
export const statefulSetCells: Printer = (object, context) => [
  nameOf(object),
  `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
  created(object, context),
  ...containersOf(at(object, 'spec', 'template', 'spec')),
]

/** ReplicaSets and ReplicationControllers. */
export const replicaSetCells: Printer = (object, context) => {
  const selector = at(object, 'spec', 'selector')
  const isPlain = textAt(object, 'kind') === 'ReplicationController'
  return [
    nameOf(object),
    count(object, 'spec', 'replicas'),
    count(object, 'status', 'replicas'),
    count(object, 'status', 'readyReplicas'),
    created(object, context),
    ...containersOf(at(object, 'spec', 'template', 'spec')),
    isPlain ? pairsText(selector) : selectorText(selector),
  ]
}

/** DaemonSets. */
export const daemonSetCells: Printer = (object, context) => [
  nameOf(object),
  count(object, 'status', 'desiredNumberScheduled'),
  count(object, 'status', 'currentNumberScheduled'),
  count(object, 'status', 'numberReady'),
  count(object, 'status', 'updatedNumberScheduled'),
  count(object, 'status', 'numberAvailable'),
  pairsText(at(object, 'spec', 'template', 'spec', 'nodeSelector')),
  created(object, context),
  ...containersOf(at(object, 'spec', 'template', 'spec')),
  selectorText(at(object, 'spec', 'selector')),
]

/** Jobs. */
export const jobCells: Printer = (object, context) => [
  nameOf(object),
  jobStatus(object),
  completions(object),
  jobDuration(object, context),
  created(object, context),
  ...containersOf(at(object, 'spec', 'template', 'spec')),
  selectorText(at(object, 'spec', 'selector')),
]

function completions(job: unknown): string {
  const succeeded = count(job, 'status', 'succeeded')
  const wanted = at(job, 'spec', 'completions')
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`
  const parallelism = count(job, 'spec', 'parallelism')
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function hasCondition(object: unknown, type: string): boolean {
  return listAt(object, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === type && textAt(one, 'status') === 'True',
  )
}

function jobStatus(job: unknown): string {
  if (hasCondition(job, 'Complete')) return 'Complete'
  if (hasCondition(job, 'Failed')) return 'Failed'
  if (at(job, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating'
  if (hasCondition(job, 'Suspended')) return 'Suspended'
  if (hasCondition(job, 'FailureTarget')) return 'FailureTarget'
  return hasCondition(job, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running'
}

function jobDuration(job: unknown, { nowMs }: PrintContext): string {
  const start = textAt(job, 'status', 'startTime')
  if (start === '') return ''
  const end = textAt(job, 'status', 'completionTime')
  const failed = listAt(job, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Failed')
  const failedAt = textAt(failed, 'lastTransitionTime')
  const endMs = Date.parse(end || failedAt || new Date(nowMs).toISOString())
  return shortDuration(Math.floor((endMs - Date.parse(start)) / 1000))
}

/** CronJobs. */
export const cronJobCells: Printer = (object, context) => {
  const last = textAt(object, 'status', 'lastScheduleTime')
  const template = at(object, 'spec', 'jobTemplate', 'spec')
  return [
    nameOf(object),
    textAt(object, 'spec', 'schedule'),
    orNone(textAt(object, 'spec', 'timeZone')),
    at(object, 'spec', 'suspend') === true ? 'True' : 'False',
    listAt(object, 'status', 'active').length,
    last === '' ? '<none>' : ageOf(last, context.nowMs),
    created(object, context),
    ...containersOf(at(template, 'template', 'spec')),
    selectorText(at(template, 'selector')),
  ]
}

/** PodDisruptionBudgets. */
export const budgetCells: Printer = (object, context) => {
  const text = (name: string): string => {
    const value = at(object, 'spec', name)
    return value === undefined || value === null ? 'N/A' : String(value)
  }
  return [
    nameOf(object),
    text('minAvailable'),
    text('maxUnavailable'),
    count(object, 'status', 'disruptionsAllowed'),
    created(object, context),
  ]
}

/** ControllerRevisions. */
export const revisionCells: Printer = (object, context) => {
  const owner = listAt(object, 'metadata', 'ownerReferences').find(
    (one) => at(one, 'controller') === true,
  )
  const group = textAt(owner, 'apiVersion').split('/')[0] ?? ''
  const kind = textAt(owner, 'kind').toLowerCase()
  return [
    nameOf(object),
    owner === undefined ? '<none>' : `${kind}.${group}/${textAt(owner, 'name')}`,
    count(object, 'revision'),
    created(object, context),
  ]
}

/** PodTemplates. */
export const podTemplateCells: Printer = (object) => [
  nameOf(object),
  ...containersOf(at(object, 'template', 'spec')),
  pairsText(at(object, 'template', 'metadata', 'labels')),
]
