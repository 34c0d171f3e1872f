/** Rules of metadata on create and update. Twin layer, pure. */

import { isSameJson } from '../../../kube/unchanged.ts'
import type { Resource } from '../resources/resource.ts'
import { at, isJsonObject, listAt, textAt } from '../schema/own.ts'
import { type Faults, forbiddenField, invalidValue, required, tooLong } from './faults.ts'
import {
  dnsLabelFault,
  labelKeyFault,
  labelValueFault,
  pathSegmentFault,
  serviceNameFault,
  subdomainFault,
} from './names.ts'

const annotationsBytesMax = 262_144

/** Faults of a new object's metadata. */
export function metadataFaults(resource: Resource, object: unknown): Faults {
  const name = textAt(object, 'metadata', 'name')
  if (name === '') {
    return [required('metadata.name', 'name or generateName is required')]
  }
  const why = nameFault(resource, name)
  const faults: Faults = why === undefined ? [] : [invalidValue('metadata.name', name, why)]
  return [...faults, ...labelAndAnnotationFaults(object)]
}

function nameFault({ group, kind }: Resource, name: string): string | undefined {
  if (kind === 'Namespace') return dnsLabelFault(name)
  if (kind === 'Service') return serviceNameFault(name)
  if (group === 'rbac.authorization.k8s.io') return pathSegmentFault(name)
  return subdomainFault(name)
}

/** Faults of labels, annotations and finalizers. */
function labelAndAnnotationFaults(object: unknown): Faults {
  const faults: Faults = labelFaults(at(object, 'metadata', 'labels'), 'metadata.labels')
  const annotations = at(object, 'metadata', 'annotations')
  if (isJsonObject(annotations)) {
    let bytes = 0
    for (const [key, value] of Object.entries(annotations)) {
      bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value))
      const why = labelKeyFault(key.toLowerCase())
      if (why !== undefined) faults.push(invalidValue('metadata.annotations', key, why))
    }
    if (bytes > annotationsBytesMax)
      faults.push(tooLong('metadata.annotations', annotationsBytesMax))
  }
  for (const finalizer of listAt(object, 'metadata', 'finalizers')) {
    const why = labelKeyFault(String(finalizer))
    if (why !== undefined) faults.push(invalidValue('metadata.finalizers', finalizer, why))
  }
  return faults
}

/** Faults of a label map at a field. */
export function labelFaults(labels: unknown, field: string): Faults {
  if (!isJsonObject(labels)) return []
  const faults: Faults = []
  for (const [key, value] of Object.entries(labels)) {
    const keyWhy = labelKeyFault(key)
    if (keyWhy !== undefined) faults.push(invalidValue(field, key, keyWhy))
    const valueWhy = labelValueFault(String(value))
    if (valueWhy !== undefined) faults.push(invalidValue(field, value, valueWhy))
  }
  return faults
}

/** Faults of a changed object's metadata; the server checks it twice, so each comes twice. */
export function metadataChangeFaults(before: unknown, after: unknown): Faults {
  const faults: Faults = []
  for (const name of ['uid', 'deletionTimestamp']) {
    const old = at(before, 'metadata', name)
    const now = at(after, 'metadata', name)
    if (now !== undefined && !isSameJson(old, now)) {
      faults.push(invalidValue(`metadata.${name}`, now, 'field is immutable'))
    }
  }
  if (at(before, 'metadata', 'deletionTimestamp') !== undefined) {
    const known = listAt(before, 'metadata', 'finalizers')
    const added = listAt(after, 'metadata', 'finalizers').filter((one) => !known.includes(one))
    if (added.length > 0) {
      const list = `[]string{${added.map((one) => JSON.stringify(one)).join(', ')}}`
      const why = 'no new finalizers can be added if the object is being deleted'
      faults.push(forbiddenField('metadata.finalizers', `${why}, found new finalizers ${list}`))
    }
  }
  const all = [...faults, ...labelAndAnnotationFaults(after)]
  return [...all, ...all]
}
