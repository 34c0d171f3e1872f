/** Labels that a kubelet may not set for itself, and texts that break its flags. Nodes layer, pure. */

/** Why the kubelet, or the flag it comes in, refuses a label; undefined if it does not. */
export function labelFault(key: string, value: string): string | undefined {
  const text = flagFault(key) ?? flagFault(value)
  if (text !== undefined) return text
  if (!isReservedLabel(key)) return undefined
  return `the kubelet may not set label ${key}: its prefix is reserved, the node would never join`
}

/** True for keys of kubernetes.io and k8s.io outside the kubelet's allow-list (NodeRestriction). */
export function isReservedLabel(key: string): boolean {
  const prefix = key.includes('/') ? key.slice(0, key.indexOf('/')) : ''
  if (!/(^|\.)(kubernetes\.io|k8s\.io)$/.test(prefix)) return false
  return !/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix) && !ownLabels.has(key)
}

/** White space, quotes, `%` and control characters change or end a flag in systemd's hands. */
export function flagFault(text: string): string | undefined {
  if (/^[A-Za-z0-9._/=:,@+-]*$/.test(text)) return undefined
  return `${JSON.stringify(text)} cannot stand in a kubelet flag`
}

/** Reserved labels that a kubelet may set for itself. */
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
