/** How KubeletConfiguration fields reach a kubelet on Amazon Linux 2. Nodes layer, pure. */

/** Fields that have a flag of the same meaning; flags are deprecated but beat the file. */
export const flagByField: Readonly<Record<string, string>> = {
  imageGCHighThresholdPercent: 'image-gc-high-threshold',
  imageGCLowThresholdPercent: 'image-gc-low-threshold',
  maxPods: 'max-pods',
  podPidsLimit: 'pod-max-pids',
  registryPullQPS: 'registry-qps',
  reservedSystemCPUs: 'reserved-cpus',
  serializeImagePulls: 'serialize-image-pulls',
}

/** Fields that bootstrap.sh writes whatever the file says: edits before the call are lost. */
export const overwrittenFields: ReadonlySet<string> = new Set([
  'cgroupDriver',
  'clusterDNS',
  'evictionHard',
  'kubeReserved',
  'kubeReservedCgroup',
  'providerID',
  'systemReservedCgroup',
])

const file = '/etc/kubernetes/kubelet/kubelet-config.json'

/**
 * Shell lines that set fields in kubelet-config.json before bootstrap.sh reads it; none for no fields.
 * The file is replaced only when jq succeeded: an empty or broken one would stop the kubelet.
 */
export function editConfigLines(
  fields: readonly (readonly [string, unknown])[],
): readonly string[] {
  if (fields.length === 0) return []
  const program = fields
    .map(([key, value]) => `.${JSON.stringify(key)} = ${JSON.stringify(value)}`)
    .join(' | ')
  return [`jq ${shellQuoted(program)} ${file} > ${file}.new`, `mv ${file}.new ${file}`]
}

/** Single quotes for the shell; a quote inside is closed, escaped and opened again. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
