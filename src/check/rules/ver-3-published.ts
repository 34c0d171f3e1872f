/** VER-3: a release that EKS never published in the Region. Check layer, pure. */

import { releaseNameOf } from '../live/live-questions.ts'
import type { GroupRule } from '../rule.ts'

/** By the name of its image; EKS answers as for a release of another minor. */
export const ver3Published: GroupRule = {
  id: 'VER-3',
  scope: 'group',
  find: (group, { cluster }) => {
    const { region = '', releases } = cluster.live ?? {}
    const name = releaseNameOf(group)
    if (name === undefined || releases === undefined || releases.has(name)) return []
    const message = `Release ${group.releaseVersion} does not exist in ${region}: there is no image ${name}.`
    return [{ member: 'releaseVersion', about: name, message }]
  },
}
