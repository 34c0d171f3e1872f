/** Amazon Linux 2 user data: `/etc/eks/bootstrap.sh`. Nodes layer, pure. */

import { type Bootstrap, labelsText, parseLabels, parseTaint, taintText } from './bootstrap.ts'
import { renderMime } from './mime.ts'
import type { ParsedUserData } from './user-data.ts'

/** KubeletConfiguration fields that have a flag of the same meaning; flags beat the file. */
const flagByField: Readonly<Record<string, string>> = {
  imageGCHighThresholdPercent: 'image-gc-high-threshold',
  imageGCLowThresholdPercent: 'image-gc-low-threshold',
  maxPods: 'max-pods',
  podPidsLimit: 'pod-max-pids',
  registryPullQPS: 'registry-qps',
  serializeImagePulls: 'serialize-image-pulls',
}

/**
 * Custom AMI: one bootstrap call with endpoint, CA and DNS. Merged: a MIME part that runs before EKS's
 * own call and edits kubelet-config.json, because a second bootstrap call would break the node.
 */
export function renderAl2(bootstrap: Bootstrap): string {
  if (bootstrap.cluster === undefined) return renderMerged(bootstrap)
  const { certificateAuthority, endpoint, name, serviceCidr } = bootstrap.cluster
  const dns = serviceCidr.replace(/\.\d+\/\d+$/, '.10')
  const extra = kubeletFlags(bootstrap).join(' ')
  const lines = [
    '#!/bin/bash',
    'set -ex',
    '/etc/eks/bootstrap.sh \\',
    `  --b64-cluster-ca ${quoted(certificateAuthority)} \\`,
    `  --apiserver-endpoint ${quoted(endpoint)} \\`,
    `  --dns-cluster-ip ${quoted(dns)} \\`,
    ...(extra === '' ? [] : [`  --kubelet-extra-args ${quoted(extra)} \\`]),
    `  ${quoted(name)}`,
  ]
  return `${lines.join('\n')}\n`
}

function renderMerged(bootstrap: Bootstrap): string {
  const fields = Object.entries(bootstrap.kubelet).sort(([a], [b]) => (a < b ? -1 : 1))
  if (fields.length === 0) return ''
  const program = fields.map(([key, value]) => `.${key} = ${JSON.stringify(value)}`).join(' | ')
  const file = '/etc/kubernetes/kubelet/kubelet-config.json'
  const body = [
    '#!/bin/bash',
    'set -e',
    `jq ${quoted(program)} ${file} > ${file}.new`,
    `mv ${file}.new ${file}`,
  ].join('\n')
  return renderMime([{ contentType: 'text/x-shellscript; charset="us-ascii"', body }])
}

function kubeletFlags(bootstrap: Bootstrap): string[] {
  const flags: string[] = []
  if (Object.keys(bootstrap.labels).length > 0) {
    flags.push(`--node-labels=${labelsText(bootstrap.labels)}`)
  }
  // One flag for all taints: a second one would replace the first.
  if (bootstrap.taints.length > 0) {
    flags.push(`--register-with-taints=${bootstrap.taints.map(taintText).join(',')}`)
  }
  for (const [field, value] of Object.entries(bootstrap.kubelet).sort()) {
    const flag = flagByField[field]
    if (flag !== undefined) flags.push(`--${flag}=${String(value)}`)
  }
  return flags
}

/** Single quotes for the shell; a quote inside is closed, escaped and opened again. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Reads labels, taints and cluster name out of a script with a bootstrap call; undefined without one. */
export function parseAl2(text: string): ParsedUserData | undefined {
  const joined = text.replace(/\\\n\s*/g, ' ')
  const line = joined.split('\n').find((one) => /\/etc\/eks\/bootstrap\.sh\b/.test(one))
  if (line === undefined) return undefined
  const extra = /--kubelet-extra-args[ =]+(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line)
  const args = extra?.[1] ?? extra?.[2]?.replaceAll('\\"', '"') ?? extra?.[3] ?? ''
  const labels = Object.assign({}, ...flagValues(args, 'node-labels').map(parseLabels))
  const taints = flagValues(args, 'register-with-taints').at(-1) ?? ''
  return {
    kind: 'al2',
    labels,
    taints: taints
      .replaceAll('"', '')
      .split(',')
      .flatMap((one) => parseTaint(one) ?? []),
    kubelet: kubeletFields(args),
  }
}

function flagValues(args: string, flag: string): string[] {
  return [...args.matchAll(new RegExp(`--${flag}[= ]+("[^"]*"|\\S+)`, 'g'))].map((m) => m[1] ?? '')
}

function kubeletFields(args: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [field, flag] of Object.entries(flagByField)) {
    const value = flagValues(args, flag).at(-1)
    if (value === undefined) continue
    fields[field] = /^\d+$/.test(value) ? Number.parseInt(value, 10) : value === 'true'
  }
  return fields
}
