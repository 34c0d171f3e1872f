/** VER-5: a control plane that jumps over a minor. Check layer, pure. */

import { minorOf, versionOf } from '../../nodes/kubernetes-version.ts'
import type { ClusterRule } from '../rule.ts'

/** One minor at a time. */
export const ver5: ClusterRule = {
  id: 'VER-5',
  scope: 'cluster',
  find: ({ version, versionBefore }) => {
    if (version === undefined || versionBefore === undefined) return []
    const [from, to] = [minorOf(versionBefore), minorOf(version)]
    if (!(to > from + 1)) return []
    const hops = Array.from({ length: to - from }, (_, index) => versionOf(from + 1 + index))
    const values = { from: versionBefore, to: version, hops: hops.join(', ') }
    return [{ member: 'version', values }]
  },
}
