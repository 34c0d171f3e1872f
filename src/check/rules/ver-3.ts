/** VER-3: a release of another minor. Check layer, pure. */

import { minorOf, versionOf } from '../../nodes/kubernetes-version.ts'
import type { GroupRule } from '../rule.ts'

/** Releases of Amazon Linux carry the minor, those of Bottlerocket do not. */
export const ver3: GroupRule = {
  id: 'VER-3',
  scope: 'group',
  find: ({ before, releaseVersion = '', version }, { cluster }) => {
    const wanted = version ?? before?.version ?? cluster.version
    if (!/^1\.\d+\.\d+-\d{8}$/.test(releaseVersion) || wanted === undefined) return []
    const releaseMinor = versionOf(minorOf(releaseVersion))
    if (minorOf(releaseVersion) === minorOf(wanted)) return []
    return [{ member: 'releaseVersion', values: { releaseVersion, releaseMinor, version: wanted } }]
  },
}
