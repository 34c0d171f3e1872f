/** Rules of nodes, budgets, leases, config, storage and the rest. Twin layer, pure. */

import { isSameJson } from '../../../kube/unchanged.ts'
import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'
import {
  duplicate,
  type Faults,
  forbiddenField,
  invalidValue,
  tooLong,
  unsupported,
} from './faults.ts'
import { negativeFaults } from './workloads.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Node: taints. */
export function nodeFaults(object: JsonObject): Faults {
  const seen = new Set<string>()
  return listAt(object, 'spec', 'taints').flatMap((taint, index) => {
    const field = `metadata.taints[${index}]`
    const effect = textAt(taint, 'effect')
    const pair = `${textAt(taint, 'key')} ${effect}`
    const faults: Faults = []
    if (!effects.includes(effect)) faults.push(unsupported(`${field}.effect`, effect, effects))
    if (seen.has(pair)) {
      const value = {
        Key: textAt(taint, 'key'),
        Value: textAt(taint, 'value'),
        Effect: effect,
        TimeAdded: at(taint, 'timeAdded') ?? null,
      }
      faults.push(duplicate(field, value, 'taints must be unique by key and effect pair'))
    }
    seen.add(pair)
    return faults
  })
}

/** Node: what is set once stays. */
export function nodeChangeFaults(before: unknown, after: unknown): Faults {
  const faults: Faults = []
  const old = listAt(before, 'spec', 'podCIDRs')
  const now = listAt(after, 'spec', 'podCIDRs')
  if (old.length > 0 && !isSameJson(old, now)) {
    const why = 'node updates may not change podCIDR except from "" to valid'
    faults.push(forbiddenField('spec.podCIDRs', why))
  }
  const provider = textAt(before, 'spec', 'providerID')
  if (provider !== '' && provider !== textAt(after, 'spec', 'providerID')) {
    const why = 'node updates may not change providerID except from "" to valid'
    faults.push(forbiddenField('spec.providerID', why))
  }
  return faults
}

const percentWords =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

/** PodDisruptionBudget. */
export function budgetFaults(object: JsonObject): Faults {
  const spec = at(object, 'spec')
  const { maxUnavailable, minAvailable } = (spec ?? {}) as JsonObject
  const faults: Faults = []
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const value = {
      MinAvailable: minAvailable,
      Selector: at(spec, 'selector') ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: at(spec, 'unhealthyPodEvictionPolicy') ?? null,
    }
    faults.push(invalidValue('spec', value, 'minAvailable and maxUnavailable cannot be both set'))
  }
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    faults.push(...amountFaults(`spec.${name}`, value))
  }
  const policy = at(spec, 'unhealthyPodEvictionPolicy')
  const policies = ['AlwaysAllow', 'IfHealthyBudget']
  if (policy !== undefined && !policies.includes(String(policy))) {
    faults.push(unsupported('spec.unhealthyPodEvictionPolicy', policy, policies))
  }
  return faults
}

function amountFaults(field: string, value: unknown): Faults {
  if (typeof value === 'number' && value < 0) {
    return [invalidValue(field, value, 'must be greater than or equal to 0')]
  }
  if (typeof value !== 'string') return []
  if (!/^\d+%$/.test(value)) return [invalidValue(field, value, percentWords)]
  return Number.parseInt(value, 10) > 100
    ? [invalidValue(field, value, 'must not be greater than 100%')]
    : []
}

/** Lease. */
export function leaseFaults(object: JsonObject): Faults {
  const duration = at(object, 'spec', 'leaseDurationSeconds')
  const faults: Faults = []
  if (typeof duration === 'number' && duration <= 0) {
    faults.push(invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0'))
  }
  return [...faults, ...negativeFaults(object, 'spec', 'leaseTransitions')]
}

const dataBytesMax = 1_048_576

/** ConfigMap and Secret: size and keys. */
export function dataFaults(object: JsonObject): Faults {
  const faults: Faults = []
  let bytes = 0
  for (const member of ['data', 'binaryData']) {
    const data = at(object, member)
    for (const [key, value] of Object.entries(isJsonObject(data) ? data : {})) {
      const isBinary = member === 'binaryData' || object.kind === 'Secret'
      bytes += Buffer.byteLength(String(value), isBinary ? 'base64' : 'utf8')
      if (!/^[-._a-zA-Z0-9]+$/.test(key) || key.length > 253) {
        const why =
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
        faults.push(invalidValue(`${member}[${key}]`, key, why))
      }
    }
  }
  if (bytes > dataBytesMax)
    faults.push(tooLong(object.kind === 'Secret' ? 'data' : '[]', dataBytesMax))
  return faults
}

/** ConfigMap and Secret: immutable means immutable. */
export function dataChangeFaults(before: JsonObject, after: JsonObject): Faults {
  const faults: Faults = []
  if (after.kind === 'Secret' && before.type !== after.type) {
    faults.push(invalidValue('type', after.type, 'field is immutable'))
  }
  if (before.immutable !== true) return faults
  const why = 'field is immutable when `immutable` is set'
  if (after.immutable !== true) faults.push(forbiddenField('immutable', why))
  for (const name of ['data', 'binaryData']) {
    if (!isSameJson(before[name], after[name])) faults.push(forbiddenField(name, why))
  }
  return faults
}

/** Service: addresses stay. */
export function serviceChangeFaults(before: unknown, after: unknown): Faults {
  const old = listAt(before, 'spec', 'clusterIPs')
  const now = listAt(after, 'spec', 'clusterIPs')
  if (
    old.length === 0 ||
    isSameJson(old, now) ||
    textAt(after, 'spec', 'type') === 'ExternalName'
  ) {
    return []
  }
  return [invalidValue('spec.clusterIPs[0]', now, 'may not change once set')]
}

/** PersistentVolumeClaim. The server adds a diff of its internal form, which is left out here. */
export function claimChangeFaults(before: unknown, after: unknown): Faults {
  const free = ['volumeName', 'volumeAttributesClassName']
  const isBound = textAt(before, 'spec', 'volumeName') !== ''
  const frozen = (object: unknown): JsonObject => {
    const spec = at(object, 'spec')
    const entries = Object.entries(isJsonObject(spec) ? spec : {})
    const names = isBound ? [...free, 'resources'] : free
    return Object.fromEntries(entries.filter(([name]) => !names.includes(name)))
  }
  if (isSameJson(frozen(before), frozen(after))) return []
  const why =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
  return [forbiddenField('spec', why)]
}

/** StorageClass. */
export function storageClassChangeFaults(before: JsonObject, after: JsonObject): Faults {
  const names = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']
  return names
    .filter((name) => !isSameJson(before[name], after[name]))
    .map((name) => forbiddenField(name, `updates to ${name} are forbidden.`))
}
