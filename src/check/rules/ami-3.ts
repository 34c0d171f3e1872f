/** AMI-3: a version for a group with its own image, at an update. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** A new image is a new version of the template. */
export const ami3: GroupRule = {
  id: 'AMI-3',
  scope: 'group',
  find: ({ action, amiMode, name = '', releaseVersion, version }) => {
    if (action !== 'update' || amiMode !== 'custom') return []
    const field = version === undefined ? 'releaseVersion' : 'version'
    if (version === undefined && releaseVersion === undefined) return []
    return [{ member: field, values: { ng: name, field } }]
  },
}
