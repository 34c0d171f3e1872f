/** Amazon Linux 2 user data: `/etc/eks/bootstrap.sh`. Nodes layer, pure. */

import { editConfigLines, flagByField, overwrittenFields, shellQuoted } from './al2-kubelet.ts'
import { type Bootstrap, labelsText, parseLabels, parseTaint, taintText } from './bootstrap.ts'
import { clusterDnsIp, isIpv6 } from './cluster-dns.ts'
import { type MimePart, renderMime } from './mime.ts'
import type { ParsedUserData } from './user-data.ts'

const scriptType = 'text/x-shellscript; charset="us-ascii"'

/**
 * Custom AMI: one bootstrap call with endpoint, CA and DNS. Merged: MIME parts that run before EKS's
 * own call and edit kubelet-config.json, because a second bootstrap call would break the node.
 */
export function renderAl2(bootstrap: Bootstrap): string {
  if (bootstrap.cluster === undefined) return renderMerged(bootstrap)
  const { certificateAuthority, endpoint, name } = bootstrap.cluster
  const words = [
    ...['--b64-cluster-ca', certificateAuthority],
    ...['--apiserver-endpoint', endpoint],
    ...networkWords(bootstrap.cluster.serviceCidr),
    ...('maxPods' in bootstrap.kubelet ? ['--use-max-pods', 'false'] : []),
    ...(bootstrap.localStorage === undefined
      ? []
      : ['--local-disks', bootstrap.localStorage.toLowerCase()]),
  ]
  const extra = kubeletFlags(bootstrap).join(' ')
  if (extra !== '') words.push('--kubelet-extra-args', extra)
  const lines = [
    '#!/bin/bash',
    'set -ex',
    ...(bootstrap.preBootstrapCommands ?? []),
    ...editConfigLines(fileFields(bootstrap).filter(([key]) => !(key in flagByField))),
    '/etc/eks/bootstrap.sh \\',
    ...pairs(words).map(([flag, value]) => `  ${flag} ${shellQuoted(value)} \\`),
    `  ${shellQuoted(name)}`,
  ]
  return `${lines.join('\n')}\n`
}

/** bootstrap.sh takes one word per option and has no `--flag=value`. */
function pairs(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((word, index) =>
    index % 2 === 0 ? [[word, words[index + 1] ?? ''] as const] : [],
  )
}

/** DNS is named, never left to bootstrap.sh, which guesses it from the VPC's range. */
function networkWords(serviceCidr: string): readonly string[] {
  const dns = ['--dns-cluster-ip', clusterDnsIp(serviceCidr)]
  return isIpv6(serviceCidr)
    ? ['--ip-family', 'ipv6', '--service-ipv6-cidr', serviceCidr, ...dns]
    : dns
}

function renderMerged(bootstrap: Bootstrap): string {
  const parts: MimePart[] = (bootstrap.preBootstrapCommands ?? []).map((command) => ({
    contentType: scriptType,
    body: ['#!/bin/bash', 'set -e', command].join('\n'),
  }))
  const edits = editConfigLines(fileFields(bootstrap))
  if (edits.length > 0) {
    const body = ['#!/bin/bash', 'set -e', ...edits].join('\n')
    parts.push({ contentType: scriptType, body })
  }
  return parts.length === 0 ? '' : renderMime(parts)
}

/** Fields that survive in the file, in key order. */
function fileFields({ kubelet }: Bootstrap): readonly (readonly [string, unknown])[] {
  return Object.entries(kubelet)
    .filter(([key]) => !overwrittenFields.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
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

/** Reads labels, taints and kubelet flags out of a script with a bootstrap call; undefined without one. */
export function parseAl2(text: string): ParsedUserData | undefined {
  const joined = text.replace(/\\\n\s*/g, ' ')
  const line = joined.split('\n').find((one) => /^[^#]*\/etc\/eks\/bootstrap\.sh\b/.test(one))
  if (line === undefined) return undefined
  const extra = /--kubelet-extra-args[ =]+(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line)
  const args = extra?.[1] ?? extra?.[2]?.replaceAll('\\"', '"') ?? extra?.[3] ?? ''
  const taints = flagValues(args, 'register-with-taints').at(-1) ?? ''
  return {
    kind: 'al2',
    labels: Object.assign({}, ...flagValues(args, 'node-labels').map(parseLabels)),
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
    if (/^\d+$/.test(value)) fields[field] = Number.parseInt(value, 10)
    else fields[field] = value === 'true' || value === 'false' ? value === 'true' : value
  }
  return fields
}
