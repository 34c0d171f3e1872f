/** What a node is told at boot, whatever the AMI family. Nodes layer, types and checks. */

import type { StringMap, Taint } from '../world/kube-objects.ts'
import type { MimePart } from './mime.ts'

/** Facts of the cluster that a node needs when EKS does not merge its own part. */
export interface ClusterFacts {
  readonly name: string
  readonly endpoint: string
  /** Base64. */
  readonly certificateAuthority: string
  /** Service CIDR, IPv4 or IPv6, e.g. `10.100.0.0/16`. Never guessed: DNS would be wrong. */
  readonly serviceCidr: string
}

/** A file that stands before the kubelet starts. */
export interface BootstrapFile {
  /** Absolute. */
  readonly path: string
  /** Text; written as it is. */
  readonly content: string
  /** Octal, e.g. `0644`, the default; Windows has none. */
  readonly permissions?: string
}

/** HTTP proxy of container runtime and kubelet; URLs without white space, quotes and `%`. */
export interface BootstrapProxy {
  /** Bottlerocket has the HTTPS one only. */
  readonly http?: string
  readonly https?: string
  /** Hosts, domains and ranges that are reached directly. */
  readonly noProxy?: readonly string[]
}

/** Where images of a registry are looked for first. */
export interface RegistryMirror {
  /** e.g. `docker.io`. */
  readonly registry: string
  /** URLs, tried in order before the registry itself. */
  readonly endpoints: readonly string[]
}

/**
 * One bootstrap. In the merged mode (`cluster` undefined) labels and taints are not rendered: EKS passes
 * those of the node group on. What a family cannot carry is a fault (bootstrapFaults), never dropped.
 */
export interface Bootstrap {
  /** Undefined when EKS merges its part (no AMI id in the launch template). */
  readonly cluster: ClusterFacts | undefined
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  /** KubeletConfiguration fields: `maxPods`, `kubeReserved`, `imageGCHighThresholdPercent`, ... */
  readonly kubelet: Readonly<Record<string, unknown>>
  /** Kubelet flags that no field stands for, e.g. `--v=4`; after all others, so they win. */
  readonly kubeletFlags?: readonly string[]
  /** CEL over `default_enis`, `ips_per_eni` and `max_pods`; nodeadm only. */
  readonly maxPodsExpression?: string
  /** Shell commands that run before the kubelet starts, one script part each. */
  readonly preBootstrapCommands?: readonly string[]
  /** Shell commands after the kubelet's start, where a family has such a place. */
  readonly postBootstrapCommands?: readonly string[]
  readonly files?: readonly BootstrapFile[]
  readonly proxy?: BootstrapProxy
  /** PEM certificates that the node trusts beside its own. */
  readonly caBundle?: string
  readonly registryMirrors?: readonly RegistryMirror[]
  /** TOML, merged over nodeadm's containerd configuration. */
  readonly containerdConfig?: string
  /** Partial OCI runtime spec of all containers, e.g. rlimits; nodeadm only. */
  readonly baseRuntimeSpec?: Readonly<Record<string, unknown>>
  /** What becomes of instance store disks; undefined = left alone. */
  readonly localStorage?: 'RAID0' | 'RAID10' | 'Mount'
  readonly localStorageMountPath?: string
  readonly localStorageDisabledMounts?: readonly ('Containerd' | 'PodLogs' | 'SOCI')[]
  /** Further NodeConfig `spec` fields, merged below the ones above; nodeadm only. */
  readonly nodeConfigSpec?: Readonly<Record<string, unknown>>
  /** Further Bottlerocket `settings`, merged below the ones above. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** MIME parts of the team, kept as they are before the rendered ones. */
  readonly parts?: readonly MimePart[]
}

/** What differs by the image that the text is for. */
export interface RenderOptions {
  /** Release of the pinned AMI, e.g. `1.45.0`; undefined = whatever is newest. */
  readonly release?: string
}

/** `key=value:Effect`, the kubelet's spelling; the value may be empty. */
export function taintText(taint: Taint): string {
  return `${taint.key}=${taint.value ?? ''}:${taint.effect}`
}

/** The reverse of {@link taintText}; undefined when the text is not a taint. */
export function parseTaint(text: string): Taint | undefined {
  const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text.trim())
  if (match?.[1] === undefined) return undefined
  return { key: match[1], value: match[2] ?? '', effect: match[3] as Taint['effect'] }
}

/** `a=b,c=d` in key order, so that equal labels give equal bytes. */
export function labelsText(labels: StringMap): string {
  return Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',')
}

/** The reverse of {@link labelsText}; quotes around values are removed as systemd does. */
export function parseLabels(text: string): StringMap {
  const labels: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    if (at > 0)
      labels[pair.slice(0, at).trim()] = pair
        .slice(at + 1)
        .replaceAll('"', '')
        .trim()
  }
  return labels
}
