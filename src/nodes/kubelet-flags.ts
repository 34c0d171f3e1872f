/** KubeletConfiguration fields as kubelet flags, both ways. Nodes layer, pure. */

import { type Bootstrap, labelsText, parseLabels, parseTaint, taintText } from './bootstrap.ts'
import { isRecord } from './field-schema.ts'

type FlagForm = 'integer' | 'boolean' | 'text' | 'map' | 'thresholds'

interface Flag {
  readonly flag: string
  readonly form: FlagForm
}

/** Fields that have a flag of the same meaning; flags are deprecated but beat the file. */
export const flagByField: Readonly<Record<string, Flag>> = {
  containerLogMaxFiles: { flag: 'container-log-max-files', form: 'integer' },
  containerLogMaxSize: { flag: 'container-log-max-size', form: 'text' },
  cpuManagerPolicy: { flag: 'cpu-manager-policy', form: 'text' },
  eventBurst: { flag: 'event-burst', form: 'integer' },
  eventRecordQPS: { flag: 'event-qps', form: 'integer' },
  evictionHard: { flag: 'eviction-hard', form: 'thresholds' },
  evictionMaxPodGracePeriod: { flag: 'eviction-max-pod-grace-period', form: 'integer' },
  evictionSoft: { flag: 'eviction-soft', form: 'thresholds' },
  evictionSoftGracePeriod: { flag: 'eviction-soft-grace-period', form: 'map' },
  imageGCHighThresholdPercent: { flag: 'image-gc-high-threshold', form: 'integer' },
  imageGCLowThresholdPercent: { flag: 'image-gc-low-threshold', form: 'integer' },
  kubeAPIBurst: { flag: 'kube-api-burst', form: 'integer' },
  kubeAPIQPS: { flag: 'kube-api-qps', form: 'integer' },
  kubeReserved: { flag: 'kube-reserved', form: 'map' },
  maxPods: { flag: 'max-pods', form: 'integer' },
  podPidsLimit: { flag: 'pod-max-pids', form: 'integer' },
  registryBurst: { flag: 'registry-burst', form: 'integer' },
  registryPullQPS: { flag: 'registry-qps', form: 'integer' },
  reservedSystemCPUs: { flag: 'reserved-cpus', form: 'text' },
  serializeImagePulls: { flag: 'serialize-image-pulls', form: 'boolean' },
  systemReserved: { flag: 'system-reserved', form: 'map' },
  topologyManagerPolicy: { flag: 'topology-manager-policy', form: 'text' },
  topologyManagerScope: { flag: 'topology-manager-scope', form: 'text' },
}

const fieldByFlag = new Map(
  Object.entries(flagByField).map(([field, { flag, form }]) => [flag, { field, form }]),
)

/** Labels, taints and fields as flags, one word each, without quotes; the team's own last. */
export function kubeletFlags(
  bootstrap: Pick<Bootstrap, 'kubelet' | 'kubeletFlags' | 'labels' | 'taints'>,
): readonly string[] {
  const flags: string[] = []
  if (Object.keys(bootstrap.labels).length > 0) {
    flags.push(`--node-labels=${labelsText(bootstrap.labels)}`)
  }
  // One flag for all taints: a second one would replace the first.
  if (bootstrap.taints.length > 0) {
    flags.push(`--register-with-taints=${bootstrap.taints.map(taintText).join(',')}`)
  }
  for (const [field, value] of Object.entries(bootstrap.kubelet).sort(byKey)) {
    const known = Object.hasOwn(flagByField, field) ? flagByField[field] : undefined
    if (known !== undefined) flags.push(`--${known.flag}=${valueText(known.form, value)}`)
  }
  return [...flags, ...(bootstrap.kubeletFlags ?? [])]
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b)
}

function valueText(form: FlagForm, value: unknown): string {
  if ((form !== 'map' && form !== 'thresholds') || !isRecord(value)) return String(value)
  const sign = form === 'map' ? '=' : '<'
  return Object.entries(value)
    .sort(byKey)
    .map(([key, one]) => `${key}${sign}${String(one)}`)
    .join(',')
}

/** What flags say; those that mean nothing to the model stay as they are. */
export function parseKubeletFlags(
  words: readonly string[],
): Required<Pick<Bootstrap, 'kubelet' | 'kubeletFlags' | 'labels' | 'taints'>> {
  const kubelet: Record<string, unknown> = {}
  const rest: string[] = []
  let labels: Bootstrap['labels'] = {}
  let taints: Bootstrap['taints'] = []
  for (const word of joinedWords(words)) {
    const [, flag = '', value = ''] = /^--([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? []
    const known = fieldByFlag.get(flag)
    if (flag === 'node-labels') labels = { ...labels, ...parseLabels(value) }
    else if (flag === 'register-with-taints') taints = taintsOf(value)
    else if (known !== undefined) kubelet[known.field] = valueFromText(known.form, value)
    else rest.push(word)
  }
  return { kubelet, kubeletFlags: rest, labels, taints }
}

/** `--flag value` as `--flag=value`: the kubelet reads both, boolean flags aside. */
export function joinedWords(words: readonly string[]): readonly string[] {
  const joined: string[] = []
  for (const word of words) {
    const before = joined.at(-1)
    if (before !== undefined && /^--[\w-]+$/.test(before) && !word.startsWith('-')) {
      joined[joined.length - 1] = `${before}=${word}`
    } else joined.push(word)
  }
  return joined
}

function taintsOf(value: string): Bootstrap['taints'] {
  return value
    .replaceAll('"', '')
    .split(',')
    .flatMap((one) => parseTaint(one) ?? [])
}

function valueFromText(form: FlagForm, value: string): unknown {
  if (form === 'integer') return /^-?\d+$/.test(value) ? Number.parseInt(value, 10) : value
  if (form === 'boolean') return value === '' || value === 'true'
  if (form === 'text') return value
  const sign = form === 'map' ? '=' : '<'
  return Object.fromEntries(
    value.split(',').map((pair) => {
      const at = pair.indexOf(sign)
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
