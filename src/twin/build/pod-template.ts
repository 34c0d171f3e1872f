/** Pod templates from workload rows. Twin layer, pure. */

import type {
  Affinity,
  PodSpec,
  PodTemplate,
  SelectorRequirement,
  StringMap,
  Taint,
  Toleration,
} from '../../world/kube-objects.ts'
import { behaviourAnnotation, imageArchAnnotation, preStopAnnotation } from '../kube/annotations.ts'
import type { ScenarioEntry, WorkloadRow } from './rows.ts'

/** Requests where a row has none. */
export interface Fill {
  readonly cpuMilli: number
  readonly memoryMi: number
}

/** The template of a row; labels are the selector of its controller. */
export function templateOf(
  row: WorkloadRow,
  entry: Partial<ScenarioEntry>,
  context: { readonly fill: Fill; readonly labels: StringMap },
): PodTemplate {
  return {
    metadata: { labels: context.labels, annotations: annotationsOf(row, entry) },
    spec: specOf(row, entry, context),
  }
}

function annotationsOf(row: WorkloadRow, entry: Partial<ScenarioEntry>): StringMap {
  const state = entry.state ?? ''
  const isBehaviour = state.startsWith('crash-loop') || state === 'ignores-sigterm'
  const arch = entry.archAllowed?.length === 1 ? entry.archAllowed[0] : undefined
  return {
    ...row.evictionAnnotations,
    ...(isBehaviour ? { [behaviourAnnotation]: state } : {}),
    ...(arch === undefined ? {} : { [imageArchAnnotation]: arch }),
    ...(row.preStopSleepSeconds === undefined
      ? {}
      : { [preStopAnnotation]: String(row.preStopSleepSeconds) }),
  }
}

function specOf(
  row: WorkloadRow,
  entry: Partial<ScenarioEntry>,
  context: { readonly fill: Fill; readonly labels: StringMap },
): PodSpec {
  const asked = entry.requests ?? row.requests
  const cpu = asked.cpuMilli || context.fill.cpuMilli
  const memory = asked.memoryMi || context.fill.memoryMi
  const extended = Object.entries(asked.extended ?? {}).map(([name, n]) => [name, String(n)])
  const tolerations = [...(row.tolerations ?? []), ...(entry.addTolerations ?? [])].map(toleration)
  const image = `registry.example/${row.id.replaceAll('/', '-').toLowerCase()}:1`
  const affinity = affinityOf(row, context.labels)
  const grace = entry.terminationGracePeriodSeconds ?? row.terminationGracePeriodSeconds
  const inits = Array.from({ length: row.initContainers ?? 0 }, (_, n) => ({
    name: `init-${n}`,
    image,
  }))
  return {
    containers: [
      {
        name: 'main',
        image,
        resources: {
          requests: { cpu: `${cpu}m`, memory: `${memory}Mi`, ...Object.fromEntries(extended) },
        },
        ...(row.readiness === undefined ? {} : { readinessProbe: row.readiness }),
        ...(row.startupProbe === undefined ? {} : { startupProbe: row.startupProbe }),
      },
    ],
    ...(inits.length === 0 ? {} : { initContainers: inits }),
    nodeSelector: nodeSelectorOf(row, entry),
    tolerations,
    ...(affinity === undefined ? {} : { affinity }),
    ...spreadOf(row, context.labels),
    terminationGracePeriodSeconds: grace ?? 30,
    restartPolicy: row.restartPolicy ?? 'Always',
    ...(row.priorityClass === undefined ? {} : { priorityClassName: row.priorityClass }),
    volumes: Array.from({ length: row.emptyDir ?? 0 }, (_, n) => ({
      name: `empty-${n}`,
      emptyDir: {},
    })),
  }
}

/** Only os and arch of a row count, and what the scenario adds. */
function nodeSelectorOf(row: WorkloadRow, entry: Partial<ScenarioEntry>): StringMap {
  const kept = Object.entries(row.nodeSelector ?? {}).filter(
    ([key]) => key === 'kubernetes.io/os' || key === 'kubernetes.io/arch',
  )
  const own = entry.removeNodeSelector === true ? [] : kept
  // Where only arm64 images exist real manifests pin them; amd64-only images rely on taints.
  const isArmOnly = entry.archAllowed?.length === 1 && entry.archAllowed[0] === 'arm64'
  const pinned = isArmOnly ? { 'kubernetes.io/arch': 'arm64' } : {}
  return { ...Object.fromEntries(own), ...pinned, ...entry.addNodeSelector }
}

/** `key=value:Effect`, `key:Effect`, `key`, `*` for any key, `@Ns` for tolerationSeconds. */
function toleration(text: string): Toleration {
  const [head = '', seconds] = text.split('@')
  const colon = head.lastIndexOf(':')
  const effect = colon < 0 ? undefined : head.slice(colon + 1)
  const [key = '', value] = (colon < 0 ? head : head.slice(0, colon)).split('=')
  return {
    ...(key === '*' ? {} : { key }),
    operator: value === undefined ? 'Exists' : 'Equal',
    ...(value === undefined ? {} : { value }),
    ...(effect === undefined ? {} : { effect }),
    ...(seconds === undefined ? {} : { tolerationSeconds: Number.parseInt(seconds, 10) }),
  }
}

/** `key=value:Effect` or `key:Effect` as a taint. */
export function taint(text: string): Taint {
  const colon = text.lastIndexOf(':')
  const [key = '', value = ''] = text.slice(0, colon).split('=')
  return { key, value, effect: text.slice(colon + 1) as Taint['effect'] }
}

function affinityOf(row: WorkloadRow, labels: StringMap): Affinity | undefined {
  const labelSelector = { matchLabels: labels }
  const anti = row.antiAffinity ?? []
  const hard = anti.filter((one) => one.mode === 'hard')
  const soft = anti.filter((one) => one.mode === 'soft')
  const rules = (row.nodeAffinity ?? []).filter((one) => one.mode === 'hard')
  if (anti.length === 0 && rules.length === 0) return undefined
  const matchExpressions = rules.map(({ key, op, values }) => ({
    key,
    operator: op as SelectorRequirement['operator'],
    values,
  }))
  return {
    ...(rules.length === 0
      ? {}
      : {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions }],
            },
          },
        }),
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: hard.map(({ key }) => ({
        labelSelector,
        topologyKey: key,
      })),
      preferredDuringSchedulingIgnoredDuringExecution: soft.map(({ key }) => ({
        weight: 100,
        podAffinityTerm: { labelSelector, topologyKey: key },
      })),
    },
  }
}

function spreadOf(row: WorkloadRow, labels: StringMap): Partial<PodSpec> {
  if (row.topologySpread === undefined) return {}
  return {
    topologySpreadConstraints: row.topologySpread.map(({ key, maxSkew, mode }) => ({
      maxSkew: maxSkew ?? 1,
      topologyKey: key,
      whenUnsatisfiable: mode === 'hard' ? 'DoNotSchedule' : 'ScheduleAnyway',
      labelSelector: { matchLabels: labels },
    })),
  }
}
