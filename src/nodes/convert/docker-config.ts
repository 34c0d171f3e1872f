/** Docker's daemon.json: what of it the kubelet and containerd still have. Nodes layer. */

import { isRecord } from '../field-schema.ts'
import type { Json } from './marks.ts'
import { jsonOf } from './printed.ts'
import type { State } from './state.ts'

/** What becomes of a configuration. */
export interface DockerMembers {
  readonly kubelet: Json
  /** What is carried, in words. */
  readonly carried: readonly string[]
  /** Keys that nothing stands for. */
  readonly lost: readonly string[]
}

/** Defaults of the old image, and keys that say what is so anyway. */
const needless = new Set([
  'bridge',
  'exec-opts',
  'icc',
  'iptables',
  'live-restore',
  'log-driver',
  'max-concurrent-downloads',
  'max-concurrent-uploads',
  'storage-driver',
  'storage-opts',
  'userland-proxy',
])

/** Log options become kubelet fields, limits the OCI spec, mirrors those of docker.io. */
export function dockerMembers(content: string, state: State): DockerMembers {
  const document = jsonOf(content)
  if (document === undefined) {
    return { kubelet: {}, carried: [], lost: ['configuration, which is not constant JSON,'] }
  }
  const kubelet: Record<string, unknown> = {}
  const carried: string[] = []
  const lost: string[] = []
  for (const [key, value] of Object.entries(document)) {
    if (key === 'log-opts' && isRecord(value)) {
      Object.assign(kubelet, logFields(value))
      carried.push('log options as containerLogMaxSize and containerLogMaxFiles')
    } else if (key === 'registry-mirrors' && Array.isArray(value) && value.length > 0) {
      state.members.registryMirrors = [{ registry: 'docker.io', endpoints: value.map(String) }]
      carried.push('mirrors of docker.io')
    } else if (key === 'default-ulimits' && isRecord(value) && state.target === 'AmazonLinux2023') {
      state.members.baseRuntimeSpec = { process: { rlimits: limitsOf(value) } }
      carried.push('limits as spec.containerd.baseRuntimeSpec')
    } else if (!needless.has(key)) lost.push(key)
  }
  return { kubelet, carried, lost }
}

function logFields(options: Json): Json {
  const size = /^(\d+)([kmg]?)b?$/i.exec(String(options['max-size'] ?? ''))
  const files = Number(options['max-file'])
  // Docker's `m` is 1024 x 1024 bytes.
  const unit = { k: 'Ki', m: 'Mi', g: 'Gi' }[(size?.[2] ?? '').toLowerCase()] ?? ''
  return {
    ...(size === null ? {} : { containerLogMaxSize: `${size[1]}${unit}` }),
    ...(Number.isInteger(files) && files >= 2 ? { containerLogMaxFiles: files } : {}),
  }
}

function limitsOf(limits: Json): readonly Json[] {
  return Object.entries(limits).flatMap(([name, limit]) => {
    if (!isRecord(limit)) return []
    const { Hard: hard, Soft: soft } = limit
    return [{ type: `RLIMIT_${name.toUpperCase()}`, hard, soft }]
  })
}
