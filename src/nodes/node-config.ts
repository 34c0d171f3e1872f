/** nodeadm's NodeConfig: reading, checking and merging it as nodeadm does. Nodes layer, pure. */

import { parse } from 'yaml'

/** The only API version that nodeadm decodes. */
export const nodeConfigApiVersion = 'node.eks.aws/v1alpha1'

/** The part of a NodeConfig that says something about the kubelet. */
export interface NodeConfig {
  readonly kubeletConfig: Readonly<Record<string, unknown>>
  readonly kubeletFlags: readonly string[]
}

/** Fields that nodeadm knows, by path; `*` = anything below. It drops others without a word. */
const fields: Readonly<Record<string, readonly string[]>> = {
  '': ['apiVersion', 'kind', 'metadata', 'spec'],
  spec: ['cluster', 'containerd', 'featureGates', 'instance', 'kubelet'],
  'spec.cluster': [
    'apiServerEndpoint',
    'certificateAuthority',
    'cidr',
    'enableOutpost',
    'id',
    'name',
  ],
  'spec.containerd': ['baseRuntimeSpec', 'config'],
  'spec.instance': ['environment', 'localStorage', 'network'],
  'spec.instance.localStorage': ['disabledMounts', 'mountPath', 'strategy'],
  'spec.instance.network': ['domains', 'nameservers'],
  'spec.kubelet': ['config', 'flags', 'maxPodsExpression'],
}

type Json = Readonly<Record<string, unknown>>

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A document as nodeadm decodes it; undefined when it is not a NodeConfig of the known version. */
export function readNodeConfig(text: string): NodeConfig | undefined {
  const document = documentOf(text)
  if (document?.kind !== 'NodeConfig' || document.apiVersion !== nodeConfigApiVersion) {
    return undefined
  }
  const spec = isJson(document.spec) ? document.spec : {}
  const kubelet = isJson(spec.kubelet) ? spec.kubelet : {}
  const flags = Array.isArray(kubelet.flags) ? kubelet.flags : []
  return {
    kubeletConfig: isJson(kubelet.config) ? kubelet.config : {},
    kubeletFlags: flags.map(String),
  }
}

/** What nodeadm would refuse or drop; one sentence each. */
export function nodeConfigFaults(text: string): readonly string[] {
  const document = documentOf(text)
  if (document === undefined) return ['the NodeConfig is not a YAML map']
  const faults = Object.entries(fields).flatMap(([path, known]) => {
    const value = path === '' ? document : at(document, path.split('.'))
    if (!isJson(value)) return []
    const unknown = Object.keys(value).filter((key) => !known.includes(key))
    return unknown.map((key) => `nodeadm does not know ${path === '' ? key : `${path}.${key}`}`)
  })
  if (document.kind !== 'NodeConfig') faults.push('kind must be NodeConfig')
  if (document.apiVersion !== nodeConfigApiVersion) {
    faults.push(`apiVersion must be ${nodeConfigApiVersion}; nodeadm decodes nothing else`)
  }
  return faults
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isJson(inner) ? inner[key] : undefined), value)
}

function documentOf(text: string): Json | undefined {
  try {
    const value: unknown = parse(text, { maxAliasCount: 20 })
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Later ones win, maps deeply, flags in order; an absent or empty value never erases an earlier one. */
export function mergeNodeConfigs(configs: readonly NodeConfig[]): NodeConfig {
  return {
    kubeletConfig: configs.reduce<Json>((all, one) => mergeDeep(all, one.kubeletConfig), {}),
    kubeletFlags: configs.flatMap((one) => one.kubeletFlags),
  }
}

function mergeDeep(below: Json, above: Json): Json {
  const entries = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) {
    const known = entries.get(key)
    entries.set(key, isJson(known) && isJson(value) ? mergeDeep(known, value) : value)
  }
  return Object.fromEntries(entries)
}
