/** Tells that a caller changed a group. Twin layer. */

import { assert } from '../../../world/assert.ts'
import type { AwsAccount } from '../account.ts'
import type { GroupState } from '../state.ts'

/** Tells listeners and the journal; `user` is the session's name. */
export function changed(
  account: AwsAccount,
  group: GroupState,
  user: string,
  operation: string,
): void {
  assert(account.groups.get(group.name) === group, 'only groups that exist change')
  account.emit({ kind: 'group-changed', group, what: operation, cause: { user, operation } })
}
