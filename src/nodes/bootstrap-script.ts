/** The call of `/etc/eks/bootstrap.sh`, as a script and back. Nodes layer, pure. */

import type { Bootstrap, ClusterFacts } from './bootstrap.ts'
import { clusterDnsIp, isIpv6 } from './cluster-dns.ts'
import { kubeletFlags, parseKubeletFlags } from './kubelet-flags.ts'
import { shellQuoted, shellWords } from './shell-words.ts'

/** What a call says. */
export interface BootstrapCall
  extends Required<Pick<Bootstrap, 'kubelet' | 'kubeletFlags' | 'labels' | 'taints'>> {
  /** Undefined facts are left for the node to find out; the name may hold a variable. */
  readonly cluster: Partial<ClusterFacts>
  readonly localStorage?: Bootstrap['localStorage']
}

/** How an image's script differs from Amazon Linux 2's. */
export interface ScriptDialect {
  /** Whether it knows --use-max-pods, --local-disks, --ip-family and --service-ipv6-cidr. */
  readonly isFull: boolean
}

/** The range is no argument for IPv4: the DNS address is, which must never be guessed. */
export const rangeComment = '# Service range of the cluster: '

/** Lines of the script, the call last. `before` runs ahead of it. */
export function renderCall(
  bootstrap: Bootstrap & { readonly cluster: ClusterFacts },
  before: readonly string[],
  { isFull }: ScriptDialect,
): string {
  const { cluster, kubelet, localStorage } = bootstrap
  const { certificateAuthority, endpoint, name, serviceCidr } = cluster
  const options: (readonly [string, string])[] = [
    ['--b64-cluster-ca', certificateAuthority],
    ['--apiserver-endpoint', endpoint],
  ]
  if (isFull && isIpv6(serviceCidr)) {
    options.push(['--ip-family', 'ipv6'], ['--service-ipv6-cidr', serviceCidr])
  }
  options.push(['--dns-cluster-ip', clusterDnsIp(serviceCidr)])
  if (isFull && 'maxPods' in kubelet) options.push(['--use-max-pods', 'false'])
  if (isFull && localStorage !== undefined) {
    options.push(['--local-disks', localStorage.toLowerCase()])
  }
  const extra = kubeletFlags(bootstrap).map(systemdEscaped).join(' ')
  if (extra !== '') options.push(['--kubelet-extra-args', extra])
  const lines = [
    '#!/bin/bash',
    'set -ex',
    `${rangeComment}${serviceCidr.replaceAll(/\s/g, ' ')}`,
    ...before,
    '/etc/eks/bootstrap.sh \\',
    ...options.map(([flag, value]) => `  ${flag} ${shellQuoted(value)} \\`),
    `  ${shellQuoted(name)}`,
  ]
  return `${lines.join('\n')}\n`
}

/** The flags end up in a systemd unit, where `%` begins a specifier. */
function systemdEscaped(flag: string): string {
  return flag.replaceAll('%', '%%')
}

/** Commands that take the script as a file: patches of it are no calls. */
const editors = /\b(?:sed|grep|cat|chmod|cp|mv|awk|test|ls|tee)\b|[<>[]/

/** The last call of a script; undefined without one. Each option takes the next word, as bootstrap.sh reads. */
export function parseCall(script: string): BootstrapCall | undefined {
  const joined = script.replaceAll('\\\n', ' ')
  const starts = [...joined.matchAll(/^[^#\n]*?(?=\S*\/etc\/eks\/bootstrap\.sh\b)/gm)]
  const last = starts.filter(([before]) => !editors.test(before)).at(-1)
  if (last === undefined) return undefined
  const words = shellWords(joined, last.index + last[0].length)
  const options = new Map<string, string>()
  const positional: string[] = []
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (/^--[\w-]+$/.test(word)) {
      options.set(word, words[at + 1] ?? '')
      at += 1
    } else positional.push(word)
  }
  const extra = options.get('--kubelet-extra-args') ?? ''
  return {
    ...parseKubeletFlags(shellWords(extra.replaceAll('%%', '%').replaceAll('\n', ' '))),
    cluster: clusterOf(options, positional[0], script),
    ...storageOf(options.get('--local-disks')),
  }
}

function clusterOf(
  options: ReadonlyMap<string, string>,
  name: string | undefined,
  script: string,
): Partial<ClusterFacts> {
  const range = new RegExp(`^${rangeComment}(\\S+)$`, 'm').exec(script)?.[1]
  const facts = {
    name,
    endpoint: options.get('--apiserver-endpoint'),
    certificateAuthority: options.get('--b64-cluster-ca'),
    serviceCidr: options.get('--service-ipv6-cidr') ?? options.get('--service-ipv4-cidr') ?? range,
  }
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known) as Partial<ClusterFacts>
}

function storageOf(disks: string | undefined): Pick<BootstrapCall, 'localStorage'> {
  const known = (['RAID0', 'RAID10', 'Mount'] as const).find((one) => one.toLowerCase() === disks)
  return known === undefined ? {} : { localStorage: known }
}
