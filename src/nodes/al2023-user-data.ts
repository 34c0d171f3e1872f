/** Amazon Linux 2023 user data: nodeadm NodeConfig. Nodes layer, pure. */

import { parse, stringify } from 'yaml'
import type { Taint } from '../world/kube-objects.ts'
import { type Bootstrap, labelsText, parseLabels, parseTaint } from './bootstrap.ts'
import { type MimePart, parseMime, renderMime } from './mime.ts'
import type { ParsedUserData } from './user-data.ts'

const nodeConfigType = 'application/node.eks.aws'

/** A MIME document with one NodeConfig part; empty text when there is nothing to say. */
export function renderAl2023(bootstrap: Bootstrap): string {
  const { cluster, kubelet, labels, taints } = bootstrap
  const config = { ...sortedFields(kubelet), ...taintField(taints) }
  const flags = Object.keys(labels).length > 0 ? [`--node-labels=${labelsText(labels)}`] : []
  const kubeletSpec = {
    ...(Object.keys(config).length > 0 ? { config } : {}),
    ...(flags.length > 0 ? { flags } : {}),
  }
  const spec = {
    ...(cluster === undefined ? {} : { cluster: clusterSpec(cluster) }),
    ...(Object.keys(kubeletSpec).length > 0 ? { kubelet: kubeletSpec } : {}),
  }
  if (Object.keys(spec).length === 0) return ''
  const body = stringify(
    { apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', spec },
    { lineWidth: 0 },
  )
  return renderMime([{ contentType: nodeConfigType, body }])
}

function clusterSpec(cluster: NonNullable<Bootstrap['cluster']>): Record<string, string> {
  return {
    name: cluster.name,
    apiServerEndpoint: cluster.endpoint,
    certificateAuthority: cluster.certificateAuthority,
    cidr: cluster.serviceCidr,
  }
}

function sortedFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** registerWithTaints in the config, not the flag: the flag given twice would lose the first. */
function taintField(taints: readonly Taint[]): Record<string, unknown> {
  if (taints.length === 0) return {}
  const registerWithTaints = taints.map(({ effect, key, value }) => ({
    key,
    value: value ?? '',
    effect,
  }))
  return { registerWithTaints }
}

interface NodeConfig {
  readonly kind?: unknown
  readonly spec?: {
    readonly kubelet?: {
      readonly config?: Readonly<Record<string, unknown>>
      readonly flags?: readonly string[]
    }
  }
}

/** Reads all NodeConfigs of a document, later ones over earlier ones; undefined without any. */
export function parseAl2023(text: string): ParsedUserData | undefined {
  const parts: readonly MimePart[] = parseMime(text) ?? [
    { contentType: nodeConfigType, body: text },
  ]
  const configs = parts
    .filter((part) => part.contentType.startsWith(nodeConfigType))
    .flatMap((part) => nodeConfigOf(part.body) ?? [])
  if (configs.length === 0) return undefined
  const kubelet = Object.assign({}, ...configs.map((one) => one.spec?.kubelet?.config ?? {}))
  const flags = configs.flatMap((one) => one.spec?.kubelet?.flags ?? [])
  const { registerWithTaints, ...rest } = kubelet as Record<string, unknown>
  const flagTaints = valuesOf(flags, '--register-with-taints').at(-1)
  return {
    kind: 'al2023',
    labels: Object.assign({}, ...valuesOf(flags, '--node-labels').map(parseLabels)),
    taints:
      flagTaints === undefined
        ? ((registerWithTaints as readonly Taint[] | undefined) ?? [])
        : flagTaints.split(',').flatMap((one) => parseTaint(one) ?? []),
    kubelet: rest,
  }
}

function nodeConfigOf(body: string): NodeConfig | undefined {
  try {
    const value = parse(body) as NodeConfig | null
    return value?.kind === 'NodeConfig' ? value : undefined
  } catch {
    return undefined
  }
}

function valuesOf(flags: readonly string[], name: string): string[] {
  return flags.flatMap((flag) => (flag.startsWith(`${name}=`) ? [flag.slice(name.length + 1)] : []))
}
