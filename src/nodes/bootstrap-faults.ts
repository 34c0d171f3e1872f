/** Why a bootstrap cannot be rendered so that the node does what it says. Nodes layer, pure. */

import { overwrittenFields } from './al2-kubelet.ts'
import type { AmiFamily } from './ami-parameters.ts'
import type { Bootstrap } from './bootstrap.ts'

/** EC2's limit on user data before base64, bytes. */
const userDataBytesMax = 16_384

/** Sentences, in no particular order; empty when all is well. */
export function bootstrapFaults(family: AmiFamily, bootstrap: Bootstrap): readonly string[] {
  const { cluster, kubelet, labels, taints } = bootstrap
  return [
    ...Object.entries(labels).flatMap(([key, value]) => labelFault(key, value) ?? []),
    ...taints.flatMap(({ key, value }) => flagFault(`${key}=${value ?? ''}`) ?? []),
    ...kubeletFaults(kubelet),
    ...(family === 'AmazonLinux2' ? al2Faults(bootstrap) : []),
    ...(cluster === undefined ? [] : clusterFaults(cluster)),
  ]
}

/** Why the kubelet, or the flag it comes in, refuses a label; undefined if it does not. */
export function labelFault(key: string, value: string): string | undefined {
  const text = flagFault(key) ?? flagFault(value)
  if (text !== undefined) return text
  const prefix = key.includes('/') ? key.slice(0, key.indexOf('/')) : ''
  if (!/(^|\.)(kubernetes\.io|k8s\.io)$/.test(prefix)) return undefined
  if (/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix) || ownLabels.has(key)) return undefined
  return `the kubelet may not set label ${key}: its prefix is reserved, the node would never join`
}

/** White space, quotes, `%` and control characters change or end a flag in systemd's hands. */
function flagFault(text: string): string | undefined {
  if (/^[A-Za-z0-9._/=:,@+-]*$/.test(text)) return undefined
  return `${JSON.stringify(text)} cannot stand in a kubelet flag`
}

/** Reserved labels that a kubelet may set for itself (NodeRestriction, kubelet's allow-list). */
const ownLabels: ReadonlySet<string> = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
])

/** Values that a kubelet refuses at its start: the node would never be Ready. */
export function kubeletFaults(kubelet: Bootstrap['kubelet']): readonly string[] {
  const high = kubelet.imageGCHighThresholdPercent ?? 85
  const low = kubelet.imageGCLowThresholdPercent ?? 80
  const faults: string[] = []
  const isPercent = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100
  if (!isPercent(high) || !isPercent(low)) {
    faults.push('image GC thresholds must be whole numbers from 0 to 100')
  } else if (low >= high) {
    faults.push(
      `imageGCLowThresholdPercent ${low} must be below imageGCHighThresholdPercent ${high}`,
    )
  }
  const { maxPods } = kubelet
  if (maxPods !== undefined && !(Number.isInteger(maxPods) && Number(maxPods) > 0)) {
    faults.push('maxPods must be a whole number above 0')
  }
  return faults
}

function al2Faults({ cluster, kubelet }: Bootstrap): readonly string[] {
  const lost = Object.keys(kubelet).filter((key) => overwrittenFields.has(key))
  const faults = lost.map((key) => `bootstrap.sh of Amazon Linux 2 overwrites ${key}`)
  if (cluster === undefined && kubelet.maxPods !== undefined) {
    faults.push('EKS sets max-pods itself on Amazon Linux 2 unless the AMI is named')
  }
  return faults
}

function clusterFaults(cluster: NonNullable<Bootstrap['cluster']>): readonly string[] {
  const faults: string[] = []
  const authority = cluster.certificateAuthority
  if (!/^[0-9A-Za-z][\w-]{0,99}$/.test(cluster.name)) faults.push('the cluster name is not valid')
  if (!/^https:\/\/[\w.-]+(?::\d+)?$/.test(cluster.endpoint)) {
    faults.push('the endpoint of the API server must be an https URL')
  }
  if (!/^(?=.)(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(authority)) {
    faults.push('the certificate authority is not base64')
  }
  if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]+)\/\d{1,3}$/i.test(cluster.serviceCidr)) {
    faults.push('the service CIDR is missing or is not a range; DNS would be guessed')
  }
  return faults
}

/** `error` above EC2's limit of 16,384 bytes before base64, `warning` above nine tenths of it. */
export function userDataSize(text: string): 'fits' | 'warning' | 'error' {
  const { length } = new TextEncoder().encode(text)
  if (length > userDataBytesMax) return 'error'
  return length > Math.floor(userDataBytesMax * 0.9) ? 'warning' : 'fits'
}
