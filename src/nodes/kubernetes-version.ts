/** Kubernetes versions: minors as numbers, and the skew that upstream supports. Nodes layer, pure. */

/** Asked for every node of a cluster, again and again; there are few versions. */
const minors = new Map<string, number>()
/** Beyond it the memory starts anew. */
const minorsMax = 1000

/** 35 for `1.35`, `v1.35.4-eks-1` and `1.35.6-20260714`; NaN for anything else. */
export function minorOf(version: string): number {
  const known = minors.get(version)
  if (known !== undefined) return known
  const match = /^v?1\.(\d+)/.exec(version)
  const minor = match?.[1] === undefined ? Number.NaN : Number.parseInt(match[1], 10)
  if (minors.size >= minorsMax) minors.clear()
  minors.set(version, minor)
  return minor
}

/** `1.35` for 35. */
export function versionOf(minor: number): string {
  return `1.${minor}`
}

/** A minor version as EKS writes it; undefined when it is not one. */
export function parseVersion(text: string): string | undefined {
  return /^1\.\d{1,2}$/.test(text) ? text : undefined
}

/** Minors a kubelet may be behind: 3 since kubelet 1.25, 2 before (Kubernetes version skew policy). */
export function kubeletSkewMax(kubeletMinor: number): number {
  return kubeletMinor >= 25 ? 3 : 2
}
