/** Kubernetes objects from entries of a composition. Twin layer, pure. */

import type { KubeObject, Pod, PodTemplate, StringMap } from '../../world/kube-objects.ts'
import { type Random, seededRandom } from '../../world/random.ts'
import { operatorAnnotation, runAnnotation } from '../kube/annotations.ts'
import { type Fill, templateOf } from './pod-template.ts'
import type { BudgetRow, ScenarioEntry, WorkloadRow } from './rows.ts'
import { volumeObjects } from './volume-objects.ts'

/** One copy of an entry, resolved. */
export interface WorkloadCopy {
  readonly row: WorkloadRow
  readonly entry: ScenarioEntry
  readonly namespace: string
  readonly name: string
  readonly replicas: number
  readonly copyIndex: number
  readonly labels: StringMap
  readonly template: PodTemplate
  /** Full zone names that volumes of the copy rotate through. */
  readonly zones: readonly string[]
}

/** Resolves all copies of an entry. */
export function copiesOf(
  entry: ScenarioEntry,
  row: WorkloadRow,
  context: { readonly fill: Fill; readonly zones: readonly string[] },
): readonly WorkloadCopy[] {
  const isHa = entry.variant === 'ha'
  const effective: WorkloadRow = isHa ? { ...row, ...row.ha } : row
  const stated = isHa ? (row.replicas?.ha ?? row.replicas?.default) : row.replicas?.default
  const replicas = entry.replicas ?? stated ?? row.replicas?.ha ?? 1
  const count = entry.copies ?? 1
  return Array.from({ length: count }, (_, copyIndex) => {
    const number = String(copyIndex + 1)
    const pattern = entry.namespace ?? row.namespace
    const namespace = pattern.replaceAll('{n}', number)
    const isSuffixed = count > 1 && !pattern.includes('{n}')
    const base = effective.name.toLowerCase().replace(/[^a-z0-9-]/g, '-')
    const name = isSuffixed ? `${base}-${number}` : base
    const labels = { app: name }
    const zones = entry.zones?.map((az) => context.zones.find((zone) => zone.endsWith(az)) ?? az)
    return {
      row: effective,
      entry,
      namespace,
      name,
      replicas,
      copyIndex,
      labels,
      template: withClaims(
        templateOf(effective, entry, { fill: context.fill, labels }),
        effective,
        name,
      ),
      zones: zones ?? context.zones,
    }
  })
}

/** Claims that all pods of a controller share; those per replica come from the StatefulSet. */
function withClaims(template: PodTemplate, row: WorkloadRow, name: string): PodTemplate {
  const shared = (row.pvcs ?? []).filter(
    (one) => row.kind !== 'Pod' && !(row.kind === 'StatefulSet' && one.perReplica),
  )
  if (shared.length === 0) return template
  const claims = shared.map((one) => ({
    name: one.name,
    persistentVolumeClaim: { claimName: `${one.name}-${name}` },
  }))
  return {
    ...template,
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claims] },
  }
}

/** Controller, budgets, volumes, webhooks; pods themselves only where no controller makes them. */
export function objectsOf(copy: WorkloadCopy, seed: string): readonly KubeObject[] {
  const random = seededRandom(`${seed}/workload/${copy.namespace}/${copy.name}`)
  return [
    ...volumeObjects(copy),
    ...controllerObjects(copy, random),
    ...budgetObjects(copy),
    ...webhookObjects(copy),
  ]
}

function controllerObjects(copy: WorkloadCopy, random: Random): readonly KubeObject[] {
  const { labels, name, namespace, replicas, row, template } = copy
  const metadata = { name, namespace, labels }
  const selector = { matchLabels: labels }
  switch (row.kind) {
    case 'StatefulSet':
      return [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata,
          spec: {
            replicas,
            selector,
            template,
            podManagementPolicy: row.podManagementPolicy ?? 'OrderedReady',
            volumeClaimTemplates: (row.pvcs ?? [])
              .filter((one) => one.perReplica)
              .map((one) => ({ metadata: { name: one.name } })),
          },
        },
      ]
    case 'Job':
    case 'CronJob':
      return [jobObject(copy, random)]
    case 'Pod':
      return Array.from({ length: replicas }, (_, index) => ownPod(copy, index, random))
    default:
      return [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata,
          spec: { replicas, selector, template, ...strategyOf(row) },
        },
      ]
  }
}

function strategyOf(row: WorkloadRow): { strategy?: { type: 'Recreate' } } {
  return row.updateStrategy?.type === 'Recreate' ? { strategy: { type: 'Recreate' } } : {}
}

function jobObject(
  { labels, name, namespace, replicas, row, template }: WorkloadCopy,
  random: Random,
): KubeObject {
  const annotations = {
    ...template.metadata?.annotations,
    [runAnnotation]: runSeconds(row, random),
  }
  const spec = { ...template.spec, restartPolicy: row.restartPolicy ?? 'Never' }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      parallelism: replicas,
      completions: replicas,
      backoffLimit: row.job?.backoffLimit ?? 6,
      template: { metadata: { ...template.metadata, annotations }, spec },
    },
  }
}

/** Jobs are somewhere between start and deadline. */
function runSeconds(row: WorkloadRow, random: Random): string {
  const limit = row.job?.activeDeadlineSeconds ?? 4 * 3600
  return String(Math.ceil(60 + random.next() * (limit - 60)))
}

/** A pod without a workload controller: bare, or owned by a kind of an operator. */
function ownPod(copy: WorkloadCopy, index: number, random: Random): Pod {
  const { labels, name, namespace, replicas, row, template } = copy
  const podName = replicas === 1 ? name : `${name}-${index}`
  const owner = row.ownerKind === undefined || row.ownerKind === 'none' ? undefined : row.ownerKind
  const endsByItself = row.restartPolicy === 'Never' || row.job !== undefined
  const isMaster = row.pdbAllowedMaster !== undefined && index === 0
  const claims = (row.pvcs ?? []).map((one) => ({
    name: one.name,
    persistentVolumeClaim: { claimName: `${one.name}-${podName}` },
  }))
  const kind = owner?.replace(/ .*/, '') ?? ''
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName,
      namespace,
      labels: isMaster ? { ...labels, role: 'master' } : labels,
      annotations: {
        ...template.metadata?.annotations,
        ...(endsByItself ? { [runAnnotation]: runSeconds(row, random) } : {}),
        ...(owner === undefined || endsByItself ? {} : { [operatorAnnotation]: 'recreate' }),
      },
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: 'example.com/v1',
                kind,
                name,
                uid: `owner-${namespace}-${name}`,
                controller: true,
              },
            ],
          }),
    },
    spec: {
      ...template.spec,
      ...(endsByItself ? { restartPolicy: 'Never' } : {}),
      volumes: [...(template.spec.volumes ?? []), ...claims],
    },
  }
}

function budgetObjects(copy: WorkloadCopy): readonly KubeObject[] {
  const { entry, labels, name, namespace, replicas, row } = copy
  const stated = entry.pdb ?? (row.pdb === 'none' ? undefined : row.pdb)
  const budgets: readonly BudgetRow[] = entry.pdbs ?? (stated === undefined ? [] : [stated])
  return budgets.map((budget, index) => {
    const isWhole = budget.selector?.startsWith('empty') === true
    const isMasterOnly = row.pdbAllowedMaster !== undefined
    const matchLabels = isMasterOnly ? { ...labels, role: 'master' } : labels
    const isYellow = entry.state === 'yellow'
    const limit =
      budget.maxUnavailable !== undefined && !isYellow
        ? { maxUnavailable: budget.maxUnavailable }
        : { minAvailable: isYellow ? replicas : (budget.minAvailable ?? 1) }
    const policy = budget.unhealthyPodEvictionPolicy
    return {
      apiVersion: 'policy/v1' as const,
      kind: 'PodDisruptionBudget' as const,
      metadata: { name: index === 0 ? name : `${name}-${index}`, namespace },
      spec: {
        ...limit,
        selector: isWhole ? {} : { matchLabels },
        ...(policy === undefined ? {} : { unhealthyPodEvictionPolicy: policy }),
      },
    }
  })
}

function webhookObjects({ labels, name, namespace, row }: WorkloadCopy): readonly KubeObject[] {
  const { Fail = 0, Ignore = 0 } = row.webhooks ?? {}
  if (Fail + Ignore === 0) return []
  const service = { namespace, name: `${name}-webhook` }
  const hook = (policy: 'Fail' | 'Ignore') => (_: unknown, index: number) => ({
    name: `${policy.toLowerCase()}-${index}.${name}.example`,
    failurePolicy: policy,
    clientConfig: { service },
  })
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service.name, namespace },
      spec: { selector: labels },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `${namespace}-${name}` },
      webhooks: [
        ...Array.from({ length: Fail }, hook('Fail')),
        ...Array.from({ length: Ignore }, hook('Ignore')),
      ],
    },
  ]
}
