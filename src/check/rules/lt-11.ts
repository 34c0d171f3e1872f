/** LT-11: a new version of the template that adds or drops the image. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** A group never moves between an image of EKS and one of its own. */
export const lt11: GroupRule = {
  id: 'LT-11',
  scope: 'group',
  find: ({ action, template }) => {
    const { before, data, unknownFields, version } = template ?? {}
    if (before === undefined || data === undefined || unknownFields?.has('ImageId')) return []
    const hasImage = data.ImageId !== undefined
    if (hasImage === before.hasImage || action === 'create' || action === 'replace') return []
    const values = {
      new: version ?? 'new',
      old: before.version,
      'adds|drops': hasImage ? 'adds' : 'drops',
    }
    return [{ member: 'template.ImageId', values }]
  },
}
