/** nodeadm's NodeConfig: reading, checking and merging it as nodeadm does. Nodes layer, pure. */

import { parseDocument, Scalar, stringify, visit } from 'yaml'
import { isAcyclic } from './acyclic.ts'
import { isReleaseBefore } from './ami-release.ts'
import { type FieldFault, fieldFaults, isRecord, tooNewFaults } from './field-schema.ts'
import { kubeletFieldFaults } from './kubelet-faults.ts'
import { nodeConfigApiVersion, nodeConfigSchema, raid10Since } from './node-config-schema.ts'

type Json = Readonly<Record<string, unknown>>

/** A NodeConfig that nodeadm decodes. */
export interface NodeConfig {
  readonly spec: Json
  /** `spec.kubelet.config`. */
  readonly kubeletConfig: Json
  readonly kubeletFlags: readonly string[]
}

/** A document as nodeadm decodes it; undefined when it is not a NodeConfig of the known version. */
export function readNodeConfig(text: string): NodeConfig | undefined {
  const document = documentOf(text)
  if (document?.kind !== 'NodeConfig' || document.apiVersion !== nodeConfigApiVersion) {
    return undefined
  }
  return nodeConfigOf(isRecord(document.spec) ? document.spec : {})
}

function nodeConfigOf(spec: Json): NodeConfig {
  const kubelet = isRecord(spec.kubelet) ? spec.kubelet : {}
  const flags = Array.isArray(kubelet.flags) ? kubelet.flags : []
  return {
    spec,
    kubeletConfig: isRecord(kubelet.config) ? kubelet.config : {},
    kubeletFlags: flags.map(String),
  }
}

/**
 * What nodeadm would refuse or drop, or the kubelet would refuse. With `release`, the pinned AMI release,
 * also fields that are newer than it.
 */
export function nodeConfigFaults(
  text: string,
  options: { readonly release?: string } = {},
): readonly FieldFault[] {
  const document = documentOf(text)
  if (document === undefined) {
    return [{ kind: 'wrong-value', path: '', message: 'the NodeConfig is not a YAML map' }]
  }
  const required = { apiVersion: undefined, kind: undefined, ...document }
  const faults = fieldFaults(nodeConfigSchema, required, '')
  const config = readNodeConfig(text)?.kubeletConfig ?? {}
  const path = 'spec.kubelet.config'
  const known = new Set(faults.map((fault) => `${fault.path} ${fault.message}`))
  const more = kubeletFieldFaults(config, path).filter(
    (fault) => !known.has(`${fault.path} ${fault.message}`),
  )
  return [...faults, ...more, ...releaseFaults(document, options.release)]
}

function releaseFaults(document: Json, release: string | undefined): readonly FieldFault[] {
  if (release === undefined) return []
  const isTooNew = (since: string): boolean => isReleaseBefore(release, since)
  const faults = tooNewFaults(nodeConfigSchema, document, { path: '', isTooNew })
  const path = 'spec.instance.localStorage.strategy'
  const strategy = path
    .split('.')
    .reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), document)
  if (strategy !== 'RAID10' || !isTooNew(raid10Since)) return faults
  const message = `${path} RAID10 is read from AMI release ${raid10Since} on; older ones refuse it`
  return [...faults, { kind: 'too-new', path, message }]
}

/** Words that nodeadm's YAML reader takes for booleans, as YAML 1.1 does; in quotes they are texts. */
const truths: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false]),
])

/** YAML that readers of YAML 1.1 and 1.2 understand alike: a taint with the value `on` stays a text. */
export function nodeConfigText(config: Json): string {
  return stringify(config, { lineWidth: 0, compat: 'yaml-1.1' })
}

function documentOf(text: string): Json | undefined {
  try {
    const document = parseDocument(text, { logLevel: 'error' })
    if (document.errors.length > 0) return undefined
    visit(document, {
      Scalar: (key, node) => {
        const word = key === 'key' || node.type !== Scalar.PLAIN ? '' : String(node.value)
        const truth = Object.hasOwn(truths, word) ? truths[word] : undefined
        if (truth !== undefined) node.value = truth
      },
    })
    const value: unknown = document.toJS({ maxAliasCount: 20 })
    return isRecord(value) && isAcyclic(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Later ones win, maps deeply, kubelet flags in order, all other lists replaced; an absent or empty value
 * never erases an earlier one (nodeadm internal/api/merge.go).
 */
export function mergeNodeConfigs(configs: readonly NodeConfig[]): NodeConfig {
  const spec = configs.reduce<Json>((all, one) => mergeDeep(all, one.spec), {})
  const flags = configs.flatMap((one) => one.kubeletFlags)
  if (flags.length === 0) return nodeConfigOf(spec)
  const kubelet = isRecord(spec.kubelet) ? spec.kubelet : {}
  return nodeConfigOf({ ...spec, kubelet: { ...kubelet, flags } })
}

function mergeDeep(below: Json, above: Json): Json {
  const entries = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) {
    const known = entries.get(key)
    if (known !== undefined && isEmpty(value)) continue
    entries.set(key, isRecord(known) && isRecord(value) ? mergeDeep(known, value) : value)
  }
  return Object.fromEntries(entries)
}

/** What Go calls a zero value of a text, a list or a map. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === '') return true
  return Array.isArray(value)
    ? value.length === 0
    : isRecord(value) && Object.keys(value).length === 0
}
