/** What a node is told at boot, whatever the AMI family. Nodes layer, types and checks. */

import type { StringMap, Taint } from '../world/kube-objects.ts'

/** Facts of the cluster that a node needs when EKS does not merge its own part. */
export interface ClusterFacts {
  readonly name: string
  readonly endpoint: string
  /** Base64. */
  readonly certificateAuthority: string
  /** Service CIDR, IPv4 or IPv6, e.g. `10.100.0.0/16`. Never guessed: DNS would be wrong. */
  readonly serviceCidr: string
}

/** One bootstrap. Labels and taints go here only with a custom AMI; otherwise EKS passes them on. */
export interface Bootstrap {
  /** Undefined when EKS merges its part (no AMI id in the launch template). */
  readonly cluster: ClusterFacts | undefined
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  /** KubeletConfiguration fields, e.g. `{imageGCHighThresholdPercent: 70}`. */
  readonly kubelet: Readonly<Record<string, unknown>>
  /** Shell commands that run before the kubelet starts, one script part each. */
  readonly preBootstrapCommands?: readonly string[]
  /** What becomes of instance store disks; undefined = left alone. */
  readonly localStorage?: 'RAID0' | 'RAID10' | 'Mount'
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
