/** Kubernetes versions on EKS and how long each is supported. Nodes layer, data and pure. */

import table from '../../data/eks-versions.json' with { type: 'json' }

/** One minor; dates are `YYYY-MM-DD`, UTC, undefined where they are unknown. */
export interface KubernetesSupport {
  readonly version: string
  readonly releaseDate: string | undefined
  readonly endOfStandardSupport: string | undefined
  readonly endOfExtendedSupport: string | undefined
  /** False for dates of the table that were inferred. */
  readonly isVerified: boolean
}

/** `gone`: AWS upgrades such a cluster itself. */
export type SupportStatus = 'not released' | 'standard' | 'extended' | 'gone' | 'unknown'

/** Day of the table, `YYYY-MM-DD`. AWS's own answer (DescribeClusterVersions) is the truth. */
export const supportTableAsOf: string = table.asOf

/** The built-in table, newest first. */
export const supportTable: readonly KubernetesSupport[] = table.rows.map((row) => ({
  version: row.kubernetes,
  releaseDate: row.eksRelease ?? undefined,
  endOfStandardSupport: row.endOfStandardSupport ?? undefined,
  endOfExtendedSupport: row.endOfExtendedSupport ?? undefined,
  isVerified: row.verified,
}))

/** On the day of `nowMs`, epoch milliseconds. Support ends with the day that is named. */
export function supportStatus(
  { endOfExtendedSupport, endOfStandardSupport, releaseDate }: KubernetesSupport,
  nowMs: number,
): SupportStatus {
  const isPast = (day: string): boolean => nowMs >= Date.parse(day) + dayMs
  if (releaseDate !== undefined && nowMs < Date.parse(releaseDate)) return 'not released'
  if (endOfStandardSupport === undefined || endOfExtendedSupport === undefined) return 'unknown'
  if (!isPast(endOfStandardSupport)) return 'standard'
  return isPast(endOfExtendedSupport) ? 'gone' : 'extended'
}

const dayMs = 86_400_000
