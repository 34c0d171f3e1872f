/** Rules by kind. What is not listed is only checked for its shape and metadata. Twin layer, pure. */

import { invalid } from '../http/refusals.ts'
import type { Resource } from '../resources/resource.ts'
import { at, type JsonObject, textAt } from '../schema/own.ts'
import { customFaults } from './custom.ts'
import type { Faults } from './faults.ts'
import { metadataChangeFaults, metadataFaults } from './metadata.ts'
import {
  budgetFaults,
  claimChangeFaults,
  dataChangeFaults,
  dataFaults,
  leaseFaults,
  nodeChangeFaults,
  nodeFaults,
  serviceChangeFaults,
  storageClassChangeFaults,
} from './others.ts'
import { podChangeFaults, podSpecFaults } from './pods.ts'
import { definitionFaults, eventFaults, priorityChangeFaults } from './records.ts'
import {
  cronJobFaults,
  jobChangeFaults,
  jobFaults,
  selectorChangeFaults,
  statefulSetChangeFaults,
  workloadFaults,
} from './workloads.ts'

type Rule = (object: JsonObject) => Faults
type ChangeRule = (before: JsonObject, after: JsonObject) => Faults

const rules: Readonly<Record<string, Rule>> = {
  ConfigMap: dataFaults,
  CronJob: cronJobFaults,
  CustomResourceDefinition: definitionFaults,
  DaemonSet: workloadFaults,
  Deployment: workloadFaults,
  Event: eventFaults,
  Job: jobFaults,
  Lease: leaseFaults,
  Node: nodeFaults,
  Pod: (object) => podSpecFaults(at(object, 'spec'), 'spec'),
  PodDisruptionBudget: budgetFaults,
  ReplicaSet: workloadFaults,
  Secret: dataFaults,
  StatefulSet: workloadFaults,
}

const changeRules: Readonly<Record<string, ChangeRule>> = {
  ConfigMap: dataChangeFaults,
  DaemonSet: selectorChangeFaults,
  Deployment: selectorChangeFaults,
  Job: jobChangeFaults,
  Node: nodeChangeFaults,
  PersistentVolumeClaim: claimChangeFaults,
  Pod: podChangeFaults,
  PriorityClass: priorityChangeFaults,
  ReplicaSet: selectorChangeFaults,
  Secret: dataChangeFaults,
  Service: serviceChangeFaults,
  StatefulSet: statefulSetChangeFaults,
  StorageClass: storageClassChangeFaults,
}

function kindFaults(resource: Resource, object: JsonObject): Faults {
  if (resource.custom !== undefined) return customFaults(resource.custom, object)
  return Object.hasOwn(rules, resource.kind) ? (rules[resource.kind]?.(object) ?? []) : []
}

/** Checks a new object. @throws StatusError 422 with all faults at once. */
export function validateNew(resource: Resource, object: JsonObject): void {
  refuse(resource, object, [...metadataFaults(resource, object), ...kindFaults(resource, object)])
}

/** Checks a changed object; a status write changes no spec. @throws StatusError 422. */
export function validateChange(
  resource: Resource,
  before: JsonObject,
  after: JsonObject,
  isStatus: boolean,
): void {
  const own = metadataChangeFaults(before, after)
  const change =
    !isStatus && Object.hasOwn(changeRules, resource.kind) && resource.custom === undefined
      ? (changeRules[resource.kind]?.(before, after) ?? [])
      : []
  // The selector rule speaks for itself: template labels are only compared where it holds.
  const kind = isStatus || change.length > 0 ? [] : kindFaults(resource, after)
  const transitions =
    resource.custom === undefined ? [] : customFaults(resource.custom, after, before, true)
  refuse(resource, after, [...own, ...change, ...kind, ...transitions])
}

function refuse(resource: Resource, object: JsonObject, faults: Faults): void {
  if (faults.length === 0) return
  const name = textAt(object, 'metadata', 'name')
  const group = resource.group === 'events.k8s.io' ? '' : resource.group
  throw invalid({ group, kind: resource.kind, name }, faults)
}
