/** Minor versions as numbers. Decide layer, pure. */

/** 35 for `1.35`, `v1.35.4-eks-1` and `1.35.6-20260714`; NaN for anything else. */
export function minorOf(version: string): number {
  const match = /^v?1\.(\d+)/.exec(version)
  return match?.[1] === undefined ? Number.NaN : Number.parseInt(match[1], 10)
}

/** `1.35` for 35. */
export function versionOf(minor: number): string {
  return `1.${minor}`
}
