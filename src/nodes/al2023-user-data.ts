/** Amazon Linux 2023 user data: nodeadm NodeConfig. Nodes layer, pure. */

import type { Taint } from '../world/kube-objects.ts'
import { type Bootstrap, type ClusterFacts, labelsText } from './bootstrap.ts'
import { completeFacts, listed, withoutEmptyValue } from './bootstrap-members.ts'
import { isRecord } from './field-schema.ts'
import { parseKubeletFlags } from './kubelet-flags.ts'
import {
  amazonLinuxPlaces,
  commandPart,
  parseCommandPart,
  parseLinuxParts,
  proxyOf,
  proxyVariables,
  renderLinuxParts,
} from './linux-parts.ts'
import { type MimePart, parseMime, renderMime } from './mime.ts'
import { mergeNodeConfigs, nodeConfigText, readNodeConfig } from './node-config.ts'
import { nodeConfigApiVersion } from './node-config-schema.ts'
import type { ParsedUserData } from './parsed-user-data.ts'

type Json = Readonly<Record<string, unknown>>

const nodeConfigType = 'application/node.eks.aws'
/** nodeadm sets the proxy of all services itself. */
const places = { ...amazonLinuxPlaces, proxyUnits: [] }

/** A MIME document with the scripts and one NodeConfig; empty text when there is nothing to say. */
export function renderAl2023(bootstrap: Bootstrap): string {
  const before = [
    ...(bootstrap.parts ?? []),
    ...renderLinuxParts(bootstrap, places),
    ...(bootstrap.preBootstrapCommands ?? []).map(commandPart),
  ]
  const spec = sortedDeep(specOf(bootstrap)) as Json
  if (before.length === 0 && Object.keys(spec).length === 0) return ''
  const config = { apiVersion: nodeConfigApiVersion, kind: 'NodeConfig', spec }
  const body = nodeConfigText(config)
  const parts = Object.keys(spec).length === 0 ? [] : [{ contentType: nodeConfigType, body }]
  return renderMime([...before, ...parts])
}

function specOf(bootstrap: Bootstrap): Json {
  const { cluster, containerdConfig, baseRuntimeSpec, proxy } = bootstrap
  const below = bootstrap.nodeConfigSpec ?? {}
  const environment = proxy === undefined ? {} : { default: proxyVariables(proxy) }
  const instance = {
    ...given('localStorage', storageOf(bootstrap)),
    ...given('environment', environment),
  }
  return {
    ...below,
    ...(cluster === undefined ? {} : { cluster: clusterSpec(cluster) }),
    ...given('containerd', {
      ...(containerdConfig === undefined ? {} : { config: containerdConfig }),
      ...given('baseRuntimeSpec', baseRuntimeSpec ?? {}),
    }),
    ...given('instance', { ...(isRecord(below.instance) ? below.instance : {}), ...instance }),
    ...given('kubelet', kubeletSpec(bootstrap)),
  }
}

function kubeletSpec(bootstrap: Bootstrap): Json {
  const { kubelet, maxPodsExpression } = bootstrap
  const isMerged = bootstrap.cluster === undefined
  const labels = isMerged ? {} : bootstrap.labels
  const taints = isMerged ? [] : bootstrap.taints
  const flags = [
    ...(Object.keys(labels).length > 0 ? [`--node-labels=${labelsText(labels)}`] : []),
    ...(bootstrap.kubeletFlags ?? []),
  ]
  return {
    ...given('config', { ...kubelet, ...cgroupFields(kubelet), ...taintField(taints) }),
    ...listed('flags', flags),
    ...(maxPodsExpression === undefined ? {} : { maxPodsExpression }),
  }
}

function storageOf(bootstrap: Bootstrap): Json {
  const { localStorage: strategy, localStorageMountPath: mountPath } = bootstrap
  return {
    ...(strategy === undefined ? {} : { strategy }),
    ...(mountPath === undefined ? {} : { mountPath }),
    ...listed('disabledMounts', bootstrap.localStorageDisabledMounts ?? []),
  }
}

/** A member that is absent when it is an empty map. */
function given(key: string, value: Json): Json {
  return Object.keys(value).length === 0 ? {} : { [key]: value }
}

function clusterSpec(cluster: ClusterFacts): Json {
  return {
    name: cluster.name,
    apiServerEndpoint: cluster.endpoint,
    certificateAuthority: cluster.certificateAuthority,
    cidr: cluster.serviceCidr,
  }
}

/** Keys in order at every depth, so that equal input gives equal bytes. */
function sortedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedDeep)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, sortedDeep(one)]))
}

/** The kubelet refuses reserved CPUs beside reserved cgroups, which nodeadm sets. */
function cgroupFields(kubelet: Bootstrap['kubelet']): Json {
  if (kubelet.reservedSystemCPUs === undefined) return {}
  return { kubeReservedCgroup: '', systemReservedCgroup: '' }
}

/** registerWithTaints in the config, not the flag: the flag given twice would lose the first. */
function taintField(taints: readonly Taint[]): Json {
  return listed('registerWithTaints', taints.map(withoutEmptyValue))
}

/** The reverse of {@link renderAl2023}; several NodeConfigs are merged as nodeadm merges them. */
export function parseAl2023(text: string): Bootstrap {
  const { configs, others } = partsIn(text)
  const { rest, ...linux } = parseLinuxParts(others, places)
  const pre = rest.flatMap((part) => {
    const command = parseCommandPart(part)
    return command === undefined ? [] : [command]
  })
  const own = rest.filter((part) => parseCommandPart(part) === undefined)
  return {
    ...bootstrapOf(mergeNodeConfigs(configs)),
    ...linux,
    ...listed('preBootstrapCommands', pre),
    ...listed('parts', own),
  }
}

/** Parts with a NodeConfig that nodeadm decodes, and all others. */
function partsIn(text: string) {
  const parts: readonly MimePart[] =
    parseMime(text) ?? (text === '' ? [] : [{ contentType: nodeConfigType, body: text }])
  const read = parts.map((part) => ({
    part,
    config: part.contentType.startsWith(nodeConfigType) ? readNodeConfig(part.body) : undefined,
  }))
  return {
    configs: read.flatMap(({ config }) => config ?? []),
    others: read.flatMap(({ config, part }) => (config === undefined ? [part] : [])),
  }
}

function bootstrapOf(config: ReturnType<typeof mergeNodeConfigs>): Bootstrap {
  const { cluster, containerd, instance, kubelet, ...others } = config.spec
  const { config: containerdConfig, baseRuntimeSpec } = recordOf(containerd)
  const { environment, localStorage, ...moreInstance } = recordOf(instance)
  const { default: variables, ...moreEnvironment } = recordOf(environment)
  const proxy = proxyOf(recordOf(variables))
  const { maxPodsExpression } = recordOf(kubelet)
  const told = parseKubeletFlags(config.kubeletFlags.filter(isLabelOrTaint))
  const { registerWithTaints, ...fields } = withoutCgroups(config.kubeletConfig)
  const taints = told.taints.length > 0 ? told.taints : registerWithTaints
  const nodeConfigSpec = {
    ...others,
    ...given('instance', { ...moreInstance, ...given('environment', moreEnvironment) }),
  }
  return {
    cluster: cluster === undefined ? undefined : completeFacts(factsOf(recordOf(cluster))),
    labels: told.labels,
    taints: (Array.isArray(taints) ? (taints as readonly Taint[]) : []).map(withoutEmptyValue),
    kubelet: fields,
    ...listed(
      'kubeletFlags',
      config.kubeletFlags.filter((flag) => !isLabelOrTaint(flag)),
    ),
    ...(typeof maxPodsExpression === 'string' ? { maxPodsExpression } : {}),
    ...(typeof containerdConfig === 'string' ? { containerdConfig } : {}),
    ...(isRecord(baseRuntimeSpec) ? { baseRuntimeSpec } : {}),
    ...storageMembers(recordOf(localStorage)),
    ...(proxy === undefined ? {} : { proxy }),
    ...given('nodeConfigSpec', nodeConfigSpec),
  }
}

function storageMembers({ disabledMounts, mountPath, strategy }: Json): Partial<Bootstrap> {
  return {
    ...(strategy === undefined ? {} : { localStorage: strategy }),
    ...(mountPath === undefined ? {} : { localStorageMountPath: mountPath }),
    ...(disabledMounts === undefined ? {} : { localStorageDisabledMounts: disabledMounts }),
  } as Partial<Bootstrap>
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {}
}

function factsOf(cluster: Json): Partial<ClusterFacts> {
  const { apiServerEndpoint: endpoint, certificateAuthority, cidr: serviceCidr, name } = cluster
  const facts = { name, endpoint, certificateAuthority, serviceCidr }
  const known = Object.entries(facts).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(known) as Partial<ClusterFacts>
}

function isLabelOrTaint(flag: string): boolean {
  return /^--(?:node-labels|register-with-taints)=/.test(flag)
}

/** Without the fields that {@link cgroupFields} adds. */
function withoutCgroups(config: Json): Json {
  const { kubeReservedCgroup, systemReservedCgroup, ...rest } = config
  const isOurs = kubeReservedCgroup === '' && systemReservedCgroup === ''
  return isOurs && config.reservedSystemCPUs !== undefined ? rest : config
}

/** What all NodeConfigs of a document say together; undefined without any. */
export function parseNodeConfigs(text: string): ParsedUserData | undefined {
  const { configs } = partsIn(text)
  if (configs.length === 0) return undefined
  const merged = mergeNodeConfigs(configs)
  const { kubelet, labels, taints } = bootstrapOf(merged)
  const { taints: fromFlags } = parseKubeletFlags(merged.kubeletFlags)
  const cluster = factsOf(recordOf(merged.spec.cluster))
  return {
    kind: 'al2023',
    cluster,
    labels,
    taints: fromFlags.length > 0 ? fromFlags : taints,
    kubelet,
  }
}
