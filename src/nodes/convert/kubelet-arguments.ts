/** Kubelet flags of Amazon Linux 2 as fields, flags that stay, and flags that no longer exist. Nodes layer, pure. */

import { type Bootstrap, parseTaint } from '../bootstrap.ts'
import { joinedWords, parseKubeletFlags } from '../kubelet-flags.ts'
import { shellWords } from '../shell-words.ts'
import type { Marks } from './marks.ts'

/** What a kubelet's command line says. */
export interface KubeletArguments {
  readonly kubelet: Bootstrap['kubelet']
  readonly labels: Bootstrap['labels']
  readonly taints: Bootstrap['taints']
  /** Flags without a field, and those that hold only a placeholder. */
  readonly flags: readonly string[]
  /** Flags whose value the shell finds out at boot. */
  readonly bootFlags: readonly string[]
  /** Words that are whole placeholders: nobody knows what they hold. */
  readonly unknown: readonly string[]
  /** Entries that no kubelet reads as a label or a taint. */
  readonly wrong: readonly string[]
  /** Removed flags, with the reason that they are not needed. */
  readonly removed: readonly { readonly flag: string; readonly why: string }[]
  /** Labels that EKS sets itself. */
  readonly ofEks: readonly string[]
}

const dockershim = 'it went with dockershim'
const inTree = 'the cloud provider in the kubelet is gone; the AMI sets external'
const klog = 'the kubelet logs to standard error only'
const byAmi = 'the AMI sets it'

/** Flags that stop today's kubelet, or that the image decides. */
const removedFlags: Readonly<Record<string, string>> = {
  'allow-privileged': 'the kubelet has no such flag any more',
  alsologtostderr: klog,
  'cgroup-driver': byAmi,
  'cloud-config': inTree,
  'cloud-provider': inTree,
  'cni-bin-dir': dockershim,
  'cni-cache-dir': dockershim,
  'cni-conf-dir': dockershim,
  config: byAmi,
  'container-runtime': 'containerd is the only runtime',
  'container-runtime-endpoint': byAmi,
  'docker-endpoint': dockershim,
  'dynamic-config-dir': 'dynamic configuration is gone',
  'experimental-dockershim-root-directory': dockershim,
  'image-pull-progress-deadline': dockershim,
  kubeconfig: byAmi,
  'log-dir': klog,
  'log-file': klog,
  logtostderr: klog,
  'network-plugin': dockershim,
  'network-plugin-mtu': dockershim,
  'non-masquerade-cidr': dockershim,
  'pod-infra-container-image': byAmi,
  'register-node': 'a node registers itself unless it is told not to',
  'runtime-cgroups': byAmi,
}

/** What EKS puts on the nodes of a managed node group; old values would be wrong. */
const labelsOfEks =
  /^eks\.amazonaws\.com\/(?:nodegroup(?:-image)?|capacityType|sourceLaunchTemplate(?:Id|Version))$/

const lists: Readonly<Record<string, string>> = {
  'allowed-unsafe-sysctls': 'allowedUnsafeSysctls',
  'cluster-dns': 'clusterDNS',
  'enforce-node-allocatable': 'enforceNodeAllocatable',
  'tls-cipher-suites': 'tlsCipherSuites',
}
const texts: Readonly<Record<string, string>> = {
  'cluster-domain': 'clusterDomain',
  'cpu-cfs-quota-period': 'cpuCFSQuotaPeriod',
  'cpu-manager-reconcile-period': 'cpuManagerReconcilePeriod',
  'eviction-pressure-transition-period': 'evictionPressureTransitionPeriod',
  'memory-manager-policy': 'memoryManagerPolicy',
  'minimum-image-ttl-duration': 'imageMinimumGCAge',
  'node-status-update-frequency': 'nodeStatusUpdateFrequency',
  'runtime-request-timeout': 'runtimeRequestTimeout',
  'streaming-connection-idle-timeout': 'streamingConnectionIdleTimeout',
  'tls-min-version': 'tlsMinVersion',
}
const integers: Readonly<Record<string, string>> = {
  'max-open-files': 'maxOpenFiles',
  'oom-score-adj': 'oomScoreAdj',
  'pods-per-core': 'podsPerCore',
  'read-only-port': 'readOnlyPort',
}
const booleans: Readonly<Record<string, string>> = {
  'cpu-cfs-quota': 'cpuCFSQuota',
  'fail-swap-on': 'failSwapOn',
  'make-iptables-util-chains': 'makeIPTablesUtilChains',
  'protect-kernel-defaults': 'protectKernelDefaults',
  'rotate-certificates': 'rotateCertificates',
  'rotate-server-certificates': 'serverTLSBootstrap',
  'seccomp-default': 'seccompDefault',
}

/** The words that systemd makes of the extra arguments: quotes go, `%%` is `%`. */
export function extraWords(text: string): readonly string[] {
  const flat = text.replaceAll('%%', '%').replaceAll(/[\n;&|]/g, ' ')
  // A `#` is a letter to systemd.
  return shellWords(flat.replaceAll('#', '\\#'))
}

/** Reads a command line; the last of equal flags wins, labels are joined. */
export function kubeletArguments(words: readonly string[], marks: Marks): KubeletArguments {
  const joined = joinedWords(words)
  const bootFlags = joined.filter((word) => marks.has(word, 'boot'))
  const unknown = joined.filter((word) => !marks.has(word, 'boot') && isUnknown(word))
  const known = joined.filter((word) => !bootFlags.includes(word) && !unknown.includes(word))
  const removed: KubeletArguments['removed'][number][] = []
  const plain: string[] = []
  const wrong: string[] = []
  const flags: string[] = []
  const fields: Record<string, unknown> = {}
  for (const word of known) {
    const [, flag = '', value = ''] = /^--([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? []
    const why = Object.hasOwn(removedFlags, flag) ? removedFlags[flag] : undefined
    const field = fieldOf(flag, value)
    if (why !== undefined) removed.push({ flag: `--${flag}`, why })
    else if (field !== undefined) fields[field[0]] = field[1]
    else {
      const odd = oddEntries(flag, value)
      const isOpaque = odd.some((one) => /[\ue000-\uf8ff]/.test(one))
      if (isOpaque) flags.push(word)
      else {
        wrong.push(...odd.map((one) => `--${flag} ${JSON.stringify(one)}`))
        plain.push(word)
      }
    }
  }
  const told = parseKubeletFlags(plain)
  const labels = Object.entries(told.labels)
  return {
    kubelet: { ...told.kubelet, ...fields },
    labels: Object.fromEntries(labels.filter(([key]) => !labelsOfEks.test(key))),
    taints: told.taints,
    flags: [...told.kubeletFlags, ...flags],
    bootFlags,
    unknown,
    wrong,
    removed,
    ofEks: labels.map(([key]) => key).filter((key) => labelsOfEks.test(key)),
  }
}

/** No flag at all, but a placeholder that stands for some. */
function isUnknown(word: string): boolean {
  return !word.startsWith('-') && /[\ue000-\uf8ff]/.test(word)
}

/** Entries of a list of labels or taints that are neither; a lone placeholder is one of them. */
function oddEntries(flag: string, value: string): readonly string[] {
  if (flag !== 'node-labels' && flag !== 'register-with-taints') return []
  const entries = value.replaceAll('"', '').split(',')
  const isRight = (entry: string): boolean =>
    entry === '' ||
    (flag === 'node-labels' ? entry.indexOf('=') > 0 : parseTaint(entry) !== undefined)
  return entries.filter((entry) => !isRight(entry))
}

function fieldOf(flag: string, value: string): readonly [string, unknown] | undefined {
  const named = (table: Readonly<Record<string, string>>): string | undefined =>
    Object.hasOwn(table, flag) ? table[flag] : undefined
  const list = named(lists)
  if (list !== undefined) return [list, value.split(',').filter((one) => one !== '')]
  const text = named(texts)
  if (text !== undefined) return [text, value]
  const integer = named(integers)
  if (integer !== undefined) return [integer, /^-?\d+$/.test(value) ? Number(value) : value]
  const boolean = named(booleans)
  if (boolean !== undefined) return [boolean, value === '' || value === 'true']
  if (flag !== 'feature-gates') return undefined
  const gates = value.split(',').map((pair) => pair.split('='))
  return ['featureGates', Object.fromEntries(gates.map(([gate = '', on]) => [gate, on === 'true']))]
}
