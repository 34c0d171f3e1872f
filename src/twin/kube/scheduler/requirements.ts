/** What a pod asks of a node, compiled once per spec. Twin layer. */

import { parseBytes, parseCpuMilli } from '../../../nodes/quantity.ts'
import type { Container, PodSpec, ResourceList } from '../../../world/kube-objects.ts'

/** Requests in integers and the parts that filters look at. */
export interface Requirements {
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly extended: readonly (readonly [string, number])[]
  readonly hostPorts: readonly string[]
  readonly claimNames: readonly string[]
  readonly hasAffinity: boolean
  readonly hasHardSpread: boolean
}

const compiled = new WeakMap<PodSpec, Requirements>()
/** A bound pod's spec is a copy of its template's with a node name: the containers are the same. */
const compiledByContainers = new WeakMap<
  PodSpec['containers'],
  { readonly spec: PodSpec; readonly requirements: Requirements }
>()

/** Cached by the identity of the spec, or of the parts that matter. */
export function requirementsOf(spec: PodSpec): Requirements {
  const known = compiled.get(spec)
  if (known !== undefined) return known
  const alike = compiledByContainers.get(spec.containers)
  const requirements =
    alike !== undefined && isAlike(alike.spec, spec) ? alike.requirements : compile(spec)
  compiled.set(spec, requirements)
  compiledByContainers.set(spec.containers, { spec, requirements })
  return requirements
}

function isAlike(one: PodSpec, other: PodSpec): boolean {
  return (
    one.initContainers === other.initContainers &&
    one.volumes === other.volumes &&
    one.affinity === other.affinity &&
    one.overhead === other.overhead &&
    one.topologySpreadConstraints === other.topologySpreadConstraints
  )
}

function compile(spec: PodSpec): Requirements {
  const totals = totalsOf(spec)
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {}
  const required =
    podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ??
    podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return {
    cpuMilli: totals.get('cpu') ?? 0,
    memoryBytes: totals.get('memory') ?? 0,
    extended: [...totals].filter(([name, amount]) => amount > 0 && !isBasic(name)),
    hostPorts: spec.containers.flatMap((container) =>
      (container.ports ?? []).flatMap((port) =>
        port.hostPort ? [`${port.hostPort}/${port.protocol ?? 'TCP'}`] : [],
      ),
    ),
    claimNames: (spec.volumes ?? []).flatMap((one) => one.persistentVolumeClaim?.claimName ?? []),
    hasAffinity: (required ?? []).length > 0,
    hasHardSpread: (spec.topologySpreadConstraints ?? []).some(
      (one) => one.whenUnsatisfiable === 'DoNotSchedule',
    ),
  }
}

function isBasic(name: string): boolean {
  return name === 'cpu' || name === 'memory'
}

function totalsOf(spec: PodSpec): Map<string, number> {
  const totals = new Map<string, number>()
  const add = (list: ResourceList): void => {
    for (const [name, text] of Object.entries(list)) {
      totals.set(name, (totals.get(name) ?? 0) + requirementValueOf(name, text))
    }
  }
  for (const container of spec.containers) add(requestsOf(container))
  for (const init of spec.initContainers ?? []) {
    if (init.restartPolicy === 'Always') add(requestsOf(init))
  }
  for (const init of spec.initContainers ?? []) {
    if (init.restartPolicy === 'Always') continue
    for (const [name, text] of Object.entries(requestsOf(init))) {
      totals.set(name, Math.max(totals.get(name) ?? 0, requirementValueOf(name, text)))
    }
  }
  add(spec.overhead ?? {})
  return totals
}

/** The API server sets requests from limits where they are absent. */
function requestsOf(container: Container): ResourceList {
  return { ...container.resources?.limits, ...container.resources?.requests }
}

function requirementValueOf(name: string, text: string): number {
  const value = name === 'cpu' ? parseCpuMilli(text) : parseBytes(text)
  return Number.isNaN(value) ? 0 : value
}
