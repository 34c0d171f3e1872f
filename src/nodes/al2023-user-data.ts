/** Amazon Linux 2023 user data: nodeadm NodeConfig. Nodes layer, pure. */

import { stringify } from 'yaml'
import type { Taint } from '../world/kube-objects.ts'
import { type Bootstrap, labelsText, parseLabels, parseTaint } from './bootstrap.ts'
import { type MimePart, parseMime, renderMime } from './mime.ts'
import { mergeNodeConfigs, nodeConfigApiVersion, readNodeConfig } from './node-config.ts'
import type { ParsedUserData } from './user-data.ts'

const nodeConfigType = 'application/node.eks.aws'

/** A MIME document with the scripts and one NodeConfig; empty text when there is nothing to say. */
export function renderAl2023(bootstrap: Bootstrap): string {
  const scripts: readonly MimePart[] = (bootstrap.preBootstrapCommands ?? []).map((command) => ({
    contentType: 'text/x-shellscript; charset="us-ascii"',
    body: `#!/bin/bash\nset -e\n${command}`,
  }))
  const spec = specOf(bootstrap)
  if (scripts.length === 0 && Object.keys(spec).length === 0) return ''
  const config = { apiVersion: nodeConfigApiVersion, kind: 'NodeConfig', spec }
  const body = stringify(config, { lineWidth: 0 })
  const parts = Object.keys(spec).length === 0 ? [] : [{ contentType: nodeConfigType, body }]
  return renderMime([...scripts, ...parts])
}

function specOf({ cluster, kubelet, labels, localStorage, taints }: Bootstrap) {
  const config = { ...sortedFields(kubelet), ...cgroupFields(kubelet), ...taintField(taints) }
  const flags = Object.keys(labels).length > 0 ? [`--node-labels=${labelsText(labels)}`] : []
  const kubeletSpec = {
    ...(Object.keys(config).length > 0 ? { config } : {}),
    ...(flags.length > 0 ? { flags } : {}),
  }
  return {
    ...(cluster === undefined ? {} : { cluster: clusterSpec(cluster) }),
    ...(localStorage === undefined
      ? {}
      : { instance: { localStorage: { strategy: localStorage } } }),
    ...(Object.keys(kubeletSpec).length > 0 ? { kubelet: kubeletSpec } : {}),
  }
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

/** The kubelet refuses reserved CPUs beside reserved cgroups, which nodeadm sets. */
function cgroupFields(kubelet: Bootstrap['kubelet']): Record<string, unknown> {
  if (kubelet.reservedSystemCPUs === undefined) return {}
  return { kubeReservedCgroup: '', systemReservedCgroup: '' }
}

/** registerWithTaints in the config, not the flag: the flag given twice would lose the first. */
function taintField(taints: readonly Taint[]): Record<string, unknown> {
  if (taints.length === 0) return {}
  const registerWithTaints = taints.map(({ effect, key, value = '' }) => ({
    key,
    ...(value === '' ? {} : { value }),
    effect,
  }))
  return { registerWithTaints }
}

/** Reads all NodeConfigs of a document, later ones over earlier ones; undefined without any. */
export function parseAl2023(text: string): ParsedUserData | undefined {
  const parts: readonly MimePart[] = parseMime(text) ?? [
    { contentType: nodeConfigType, body: text },
  ]
  const configs = parts
    .filter((part) => part.contentType.startsWith(nodeConfigType))
    .flatMap((part) => readNodeConfig(part.body) ?? [])
  if (configs.length === 0) return undefined
  const { kubeletConfig, kubeletFlags } = mergeNodeConfigs(configs)
  const { registerWithTaints, ...kubelet } = kubeletConfig
  const flagTaints = valuesOf(kubeletFlags, '--register-with-taints').at(-1)
  return {
    kind: 'al2023',
    labels: Object.assign({}, ...valuesOf(kubeletFlags, '--node-labels').map(parseLabels)),
    taints:
      flagTaints === undefined
        ? ((registerWithTaints as readonly Taint[] | undefined) ?? [])
        : flagTaints.split(',').flatMap((one) => parseTaint(one) ?? []),
    kubelet,
  }
}

function valuesOf(flags: readonly string[], name: string): string[] {
  return flags.flatMap((flag) => (flag.startsWith(`${name}=`) ? [flag.slice(name.length + 1)] : []))
}
