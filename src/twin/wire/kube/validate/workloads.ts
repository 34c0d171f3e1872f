/** Rules of workloads. Twin layer, pure. */

import type { LabelSelector, StringMap } from '../../../../world/kube-objects.ts'
import { matcherOf } from '../../../kube/selectors.ts'
import { isSameJson } from '../../../kube/unchanged.ts'
import { at, isJsonObject, type JsonObject, textAt } from '../schema/own.ts'
import { type Faults, forbiddenField, invalidValue, required } from './faults.ts'
import { podSpecFaults } from './pods.ts'

const notNegative = 'must be greater than or equal to 0'

/** A number at a path that may not be negative. */
export function negativeFaults(object: unknown, ...path: readonly string[]): Faults {
  const value = at(object, ...path)
  if (typeof value !== 'number' || value >= 0) return []
  return [invalidValue(path.join('.'), value, notNegative)]
}

function selectorFaults(object: unknown): Faults {
  const selector = at(object, 'spec', 'selector')
  const labels = at(object, 'spec', 'template', 'metadata', 'labels')
  const faults: Faults = isJsonObject(selector) ? [] : [required('spec.selector')]
  const isMatch =
    isJsonObject(selector) && matcherOf(selector as LabelSelector)((labels ?? {}) as StringMap)
  if (!isMatch) {
    const why = '`selector` does not match template `labels`'
    faults.push(invalidValue('spec.template.metadata.labels', labels ?? null, why))
  }
  return faults
}

function templateFaults(object: unknown): Faults {
  return podSpecFaults(at(object, 'spec', 'template', 'spec'), 'spec.template.spec')
}

/** Deployment, ReplicaSet, StatefulSet, DaemonSet. */
export function workloadFaults(object: JsonObject): Faults {
  return [
    ...negativeFaults(object, 'spec', 'replicas'),
    ...selectorFaults(object),
    ...templateFaults(object),
    ...strategyFaults(object),
  ]
}

function strategyFaults(object: unknown): Faults {
  const strategy = at(object, 'spec', 'strategy')
  const rolling = at(strategy, 'rollingUpdate')
  if (textAt(strategy, 'type') === 'Recreate' && rolling !== undefined) {
    const why = "may not be specified when strategy `type` is 'Recreate'"
    return [forbiddenField('spec.strategy.rollingUpdate', why)]
  }
  const isZero = (value: unknown): boolean => value === 0 || value === '0%'
  if (isZero(at(rolling, 'maxUnavailable')) && isZero(at(rolling, 'maxSurge'))) {
    const why = 'may not be 0 when `maxSurge` is 0'
    return [invalidValue('spec.strategy.rollingUpdate.maxUnavailable', 0, why)]
  }
  return []
}

/** Job. */
export function jobFaults(object: JsonObject): Faults {
  const policy = at(object, 'spec', 'template', 'spec', 'restartPolicy')
  const faults = templateFaults(object)
  if (policy === 'Always' || policy === undefined) {
    const why = 'valid values: "OnFailure", "Never"'
    faults.push(required('spec.template.spec.restartPolicy', why))
  }
  return [...negativeFaults(object, 'spec', 'parallelism'), ...faults]
}

/** CronJob. */
export function cronJobFaults(object: JsonObject): Faults {
  const schedule = textAt(object, 'spec', 'schedule')
  const fields = schedule.split(/\s+/).filter(Boolean)
  if (schedule === '') return [required('spec.schedule')]
  if (fields.length === 5 || schedule.startsWith('@')) return []
  const why = `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  return [invalidValue('spec.schedule', schedule, why)]
}

/** A selector once set stays. */
export function selectorChangeFaults(before: unknown, after: unknown): Faults {
  const now = at(after, 'spec', 'selector')
  if (isSameJson(at(before, 'spec', 'selector'), now)) return []
  return [invalidValue('spec.selector', now, 'field is immutable')]
}

/** StatefulSet: few fields may change. */
export function statefulSetChangeFaults(before: unknown, after: unknown): Faults {
  const free = [
    'replicas',
    'ordinals',
    'template',
    'updateStrategy',
    'revisionHistoryLimit',
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
  ]
  const frozen = (object: unknown): JsonObject => {
    const spec = at(object, 'spec')
    const entries = Object.entries(isJsonObject(spec) ? spec : {})
    return Object.fromEntries(entries.filter(([name]) => !free.includes(name)))
  }
  if (isSameJson(frozen(before), frozen(after))) return []
  const names = free.map((one) => `'${one}'`)
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  const why = `updates to statefulset spec for fields other than ${list} are forbidden`
  return [forbiddenField('spec', why)]
}

/** Job: completions and the template stay. */
export function jobChangeFaults(before: unknown, after: unknown): Faults {
  const faults: Faults = selectorChangeFaults(before, after)
  for (const name of ['completions', 'template']) {
    const now = at(after, 'spec', name)
    const isFrozen = name === 'template' || textAt(after, 'spec', 'completionMode') !== 'Indexed'
    if (isFrozen && !isSameJson(at(before, 'spec', name), now)) {
      faults.push(invalidValue(`spec.${name}`, now, 'field is immutable'))
    }
  }
  return faults
}
