/** Kubernetes manifests as people have them: many documents, Lists, dumps with status. Twin layer, pure. */

import { parseAllDocuments } from 'yaml'
import { isTooDeep } from '../../world/documents/yaml-depth.ts'
import type { Finding } from '../../world/finding.ts'
import type { KubeKind, KubeObject } from '../../world/kube-objects.ts'

/** Kinds that the twin simulates, with their API group: others have a Service or a Job of their own. */
const simulated: ReadonlyMap<string, string> = new Map<KubeKind, string>([
  ['ConfigMap', ''],
  ['DaemonSet', 'apps'],
  ['Deployment', 'apps'],
  ['Job', 'batch'],
  ['MutatingWebhookConfiguration', 'admissionregistration.k8s.io'],
  ['Namespace', ''],
  ['Node', ''],
  ['PersistentVolume', ''],
  ['PersistentVolumeClaim', ''],
  ['Pod', ''],
  ['PodDisruptionBudget', 'policy'],
  ['PriorityClass', 'scheduling.k8s.io'],
  ['ReplicaSet', 'apps'],
  ['Service', ''],
  ['StatefulSet', 'apps'],
  ['ValidatingWebhookConfiguration', 'admissionregistration.k8s.io'],
])
const clusterScoped: ReadonlySet<string> = new Set([
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
])

/** Objects, and how many of each other kind were left aside. */
export interface Manifests {
  readonly objects: readonly KubeObject[]
  readonly otherKinds: ReadonlyMap<string, number>
  readonly findings: readonly Finding[]
}

/** Reads files of one or many documents; kinds that are not simulated are counted, never an error. */
export function readManifests(
  files: readonly { readonly file: string; readonly bytes: Uint8Array | string }[],
): Manifests {
  const objects: KubeObject[] = []
  const otherKinds = new Map<string, number>()
  const findings: Finding[] = []
  for (const { bytes, file } of files) {
    const read = documentsOf(file, bytes)
    findings.push(...read.findings)
    for (const value of read.values) {
      for (const object of flatten(value)) {
        if (isSimulated(object)) objects.push(cleaned(object))
        else otherKinds.set(nameOfKind(object), (otherKinds.get(nameOfKind(object)) ?? 0) + 1)
      }
    }
  }
  return { objects: linked(unique(objects)), otherKinds, findings }
}

/** A kind without a version is taken at its word. */
function isSimulated({ apiVersion, kind }: Loose): boolean {
  const group = simulated.get(kind)
  return group !== undefined && (apiVersion === undefined || group === groupOf(apiVersion))
}

function groupOf(apiVersion: string): string {
  const [group = '', version] = apiVersion.split('/')
  return version === undefined ? '' : group
}

/** `Service.serving.example.com` where the twin knows another Service. */
function nameOfKind({ apiVersion = '', kind }: Loose): string {
  return simulated.has(kind) ? `${kind}.${groupOf(apiVersion)}` : kind
}

interface Loose {
  readonly apiVersion?: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly [key: string]: unknown }
  readonly items?: readonly unknown[]
  readonly [key: string]: unknown
}

function documentsOf(
  file: string,
  bytes: Uint8Array | string,
): { readonly values: readonly unknown[]; readonly findings: readonly Finding[] } {
  let text: string
  try {
    text =
      typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return {
      values: [],
      findings: [fault(file, 1, 'manifest/not-utf8', 'the file is not valid UTF-8')],
    }
  }
  if (text.trimStart().startsWith('{')) {
    try {
      return { values: [JSON.parse(text)], findings: [] }
    } catch (error) {
      const why = error instanceof Error ? error.message : 'not JSON'
      return { values: [], findings: [fault(file, 1, 'manifest/syntax', why)] }
    }
  }
  if (isTooDeep(text)) {
    const finding = fault(file, 1, 'manifest/too-deep', 'values are nested too deeply')
    return { values: [], findings: [finding] }
  }
  const values: unknown[] = []
  const findings: Finding[] = []
  for (const document of parseAllDocuments(text, { merge: true })) {
    const [error] = document.errors
    if (error !== undefined) {
      const line = error.linePos?.[0].line ?? 1
      const isDeep = error.code === 'RESOURCE_EXHAUSTION'
      const code = isDeep ? 'manifest/too-deep' : 'manifest/syntax'
      const message = isDeep ? 'values are nested too deeply' : error.message.split('\n')[0]
      findings.push(fault(file, line, code, message ?? ''))
      continue
    }
    try {
      values.push(document.toJS({ maxAliasCount: 100 }))
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'too many aliases'
      findings.push(fault(file, 1, 'manifest/aliases', why))
    }
  }
  return { values, findings }
}

function fault(file: string, line: number, code: string, message: string): Finding {
  const remedy = 'Mend the manifest, or take it out of the world file.'
  return { code, severity: 'error', message, remedy, location: { file, line, column: 1 } }
}

/** Lists of any kind are opened; documents that are no objects are dropped. */
function flatten(value: unknown): readonly Loose[] {
  if (typeof value !== 'object' || value === null) return []
  const loose = value as Loose
  if (Array.isArray(loose.items) && String(loose.kind).endsWith('List')) {
    const itemKind = loose.kind === 'List' ? undefined : loose.kind.slice(0, -4)
    const own = itemKind === undefined ? {} : { apiVersion: loose.apiVersion, kind: itemKind }
    return loose.items.flatMap((item) => flatten({ ...own, ...(item as object | null) }))
  }
  return typeof loose.kind === 'string' && typeof loose.metadata?.name === 'string' ? [loose] : []
}

/** Server-side bookkeeping goes; names and status stay. */
function cleaned(object: Loose): KubeObject {
  const { managedFields: _, resourceVersion: __, ...metadata } = object.metadata
  const namespace = clusterScoped.has(object.kind) ? {} : { namespace: 'default' }
  return { ...object, metadata: { ...namespace, ...metadata } } as unknown as KubeObject
}

/** The last of equal names wins, as with `kubectl apply`. */
function unique(objects: readonly KubeObject[]): readonly KubeObject[] {
  const byKey = new Map<string, KubeObject>()
  for (const object of objects) {
    byKey.set(`${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`, object)
  }
  return [...byKey.values()]
}

/** Owner references follow names where uids differ; owners that are missing are taken off. */
function linked(objects: readonly KubeObject[]): readonly KubeObject[] {
  const uids = new Map<string, string>()
  for (const { kind, metadata } of objects) {
    const uid = metadata.uid ?? `uid-${kind}-${metadata.namespace ?? ''}-${metadata.name}`
    uids.set(`${kind}/${metadata.namespace ?? ''}/${metadata.name}`, uid)
  }
  return objects.map((object) => {
    const { metadata } = object
    const uid = uids.get(`${object.kind}/${metadata.namespace ?? ''}/${metadata.name}`) ?? ''
    const ownerReferences = metadata.ownerReferences?.map((reference) => {
      const known = uids.get(`${reference.kind}/${metadata.namespace ?? ''}/${reference.name}`)
      return known === undefined ? reference : { ...reference, uid: known }
    })
    const next = { ...metadata, uid, ...(ownerReferences === undefined ? {} : { ownerReferences }) }
    return { ...object, metadata: next } as KubeObject
  })
}
