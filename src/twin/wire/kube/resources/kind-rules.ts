/** What differs from kind to kind, as recorded: selectors, writes, generations, columns. Twin layer, pure. */

import table from '../../../../../data/kube-kind-rules.json' with { type: 'json' }
import { apiVersionOf, type Resource } from './resource.ts'

/** A column of a Table. */
export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly priority: number
}

/** Rules of writes. */
export interface WriteRule {
  /** A PUT to a missing name creates. */
  readonly isPutCreating: boolean
  /** A PUT must name a resourceVersion. */
  readonly needsVersion: boolean
  /** A DELETE answers the object even when it is gone at once. */
  readonly isObjectAnswered: boolean
}

/** What a change adds to the generation; undefined = the kind has none. */
export interface GenerationRule {
  readonly onLabels: boolean
  readonly onAnnotations: boolean
  readonly onSpec: boolean
}

type GroupKind = Pick<Resource, 'group' | 'version' | 'kind' | 'custom'>

interface SelectorRow {
  readonly resource: string
  readonly supported: readonly string[]
  readonly refusal: string
}

const selectors = new Map(
  (table.fieldSelectors as unknown as readonly SelectorRow[]).map((row) => [row.resource, row]),
)
const writes = new Map(table.writeRules.map((row) => [`${row.groupVersion} ${row.kind}`, row]))
const generations = new Map(table.generation.map((row) => [`${row.groupVersion} ${row.kind}`, row]))
const columns = new Map(table.columns.map((row) => [row.kind, row.columns]))

function keyOf(resource: GroupKind): string {
  return `${apiVersionOf(resource)} ${resource.kind}`
}

/** Field labels of a kind, and the refusal of one that it does not have. */
export function fieldLabelsOf(resource: Resource): {
  readonly supported: readonly string[]
  readonly refuse: (label: string) => string
} {
  const { custom } = resource
  if (custom !== undefined) {
    const supported = ['metadata.name', 'metadata.namespace', ...custom.selectable]
    return { supported, refuse: (label) => `field label not supported: ${label}` }
  }
  const row = selectors.get(`${apiVersionOf(resource)} ${resource.plural}`)
  const usual = '"%s" is not a known field selector: only "metadata.name", "metadata.namespace"'
  return {
    supported: row?.supported ?? ['metadata.name', 'metadata.namespace'],
    refuse: (label) => (row?.refusal ?? usual).replace('%s', label),
  }
}

/** Rules of PUT and DELETE; kinds that were not probed behave like most. */
export function writeRuleOf(resource: GroupKind): WriteRule {
  if (resource.custom !== undefined) {
    return { isPutCreating: false, needsVersion: true, isObjectAnswered: false }
  }
  const kind = resource.kind.replace(/^ClusterRole/, 'Role').replace(/^Mutating/, 'Validating')
  const row = writes.get(`${apiVersionOf(resource)} ${kind}`)
  return {
    isPutCreating: row?.putMissing === 201,
    needsVersion: row?.needsVersion ?? false,
    isObjectAnswered: row?.deleteAnswer === 'object',
  }
}

/** How the generation of a kind moves; undefined for kinds without one. */
export function generationRuleOf(resource: GroupKind): GenerationRule | undefined {
  if (resource.custom !== undefined) return { onLabels: false, onAnnotations: false, onSpec: true }
  const row = generations.get(keyOf(resource))
  if (row === undefined) {
    const has = withGeneration.has(resource.kind)
    return has ? { onLabels: false, onAnnotations: false, onSpec: true } : undefined
  }
  if (row.create === null) return undefined
  return {
    onLabels: row.labels === 1,
    onAnnotations: row.annotations === 1,
    onSpec: row.spec === 1,
  }
}

/** Not probed one by one; seen in other recordings. */
const withGeneration: ReadonlySet<string> = new Set([
  'CustomResourceDefinition',
  'DeviceClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'PodTemplate',
  'ResourceClaimTemplate',
  'ResourceSlice',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
])

/** Columns of a kind's Table; undefined for kinds without a printer of their own. */
export function columnsOf(resource: GroupKind): readonly TableColumn[] | undefined {
  return columns.get(keyOf(resource)) as readonly TableColumn[] | undefined
}
