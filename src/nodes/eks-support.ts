/** How long EKS supports a Kubernetes minor. Nodes layer, pure. */

import table from '../../data/eks-versions.json' with { type: 'json' }
import { minorOf } from './kubernetes-version.ts'

/**
 * Last UTC day of support, extended where there was such: `2026-11-26`. Undefined for minors that the table
 * of 2026-08 does not know.
 */
export function endOfSupport(version: string): string | undefined {
  const row = table.rows.find((one) => minorOf(one.kubernetes) === minorOf(version))
  return row?.endOfExtendedSupport ?? row?.endOfStandardSupport ?? undefined
}
