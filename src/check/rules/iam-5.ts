/** IAM-5: many groups made at once. Check layer, pure. */

import type { InputRule } from '../rule.ts'

const groupsMax = 20

/** One apply makes them all at once; Regroup itself makes few at a time. */
export const iam5: InputRule = {
  id: 'IAM-5',
  scope: 'input',
  find: ({ clusters, kind }) => {
    if (kind !== 'terraform-plan') return []
    const created = clusters.flatMap(({ groups }) =>
      groups.filter(({ action }) => action === 'create' || action === 'replace'),
    )
    if (created.length <= groupsMax) return []
    return [{ member: '', values: { n: created.length, limit: groupsMax } }]
  },
}
