/** VER-4: a control plane that moves on while its groups are behind. Check layer, pure. */

import { minorOf } from '../../nodes/kubernetes-version.ts'
import type { ClusterRule } from '../rule.ts'

/** Groups that are behind the control plane before the change. */
export const ver4: ClusterRule = {
  id: 'VER-4',
  scope: 'cluster',
  find: ({ groups, version, versionBefore }) => {
    if (version === undefined || versionBefore === undefined) return []
    if (!(minorOf(version) > minorOf(versionBefore))) return []
    const behind = groups.filter(
      ({ before }) => minorOf(before?.version ?? '') < minorOf(versionBefore),
    )
    if (behind.length === 0) return []
    const ngs = behind.map(({ name = '' }) => name).join(', ')
    return [{ member: 'version', values: { ngs, target: version } }]
  },
}
