/** SEED-15: a data source of an archived provider. Check layer, pure. */

import type { InputRule } from '../rule.ts'

/** One finding, however many there are. */
export const seed15: InputRule = {
  id: 'SEED-15',
  scope: 'input',
  find: ({ archivedSources }) =>
    archivedSources.length === 0 ? [] : [{ member: archivedSources[0] ?? '' }],
}
