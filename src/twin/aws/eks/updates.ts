/** Updates: made, finished, described. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { UpdateState } from '../state.ts'
import { listPage } from './lists.ts'

/** A new update in progress, newest first in the list. */
export function startUpdate(
  account: AwsAccount,
  updates: UpdateState[],
  type: string,
  params: Readonly<Record<string, string | undefined>>,
): UpdateState {
  const given = Object.entries(params).flatMap(([key, value]) =>
    value === undefined ? [] : [{ type: key, value }],
  )
  const update: UpdateState = {
    id: account.kernel.uuid('update'),
    type,
    status: 'InProgress',
    createdMs: account.kernel.nowMs(),
    params: given,
    errors: [],
  }
  updates.unshift(update)
  return update
}

/** The update in flight, if any. */
export function updateInFlight(updates: readonly UpdateState[]): UpdateState | undefined {
  return updates.find((update) => update.status === 'InProgress')
}

/** As the API shows it. */
export function updateView(update: UpdateState): Sdk.Update {
  return {
    id: update.id,
    type: update.type as Sdk.UpdateType,
    status: update.status,
    createdAt: new Date(update.createdMs),
    params: update.params.map((param) => ({ ...param })) as Sdk.UpdateParam[],
    errors: update.errors.map((error) => ({ ...error })) as Sdk.ErrorDetail[],
  }
}

function updatesOf(account: AwsAccount, input: Sdk.ListUpdatesRequest): readonly UpdateState[] {
  if (input.nodegroupName !== undefined)
    return account.nodeGroup(input.name, input.nodegroupName).updates
  const cluster = account.cluster(input.name)
  return input.addonName === undefined
    ? cluster.updates
    : (cluster.addons.get(input.addonName)?.updates ?? [])
}

/** Ids only, newest first. */
export function listUpdates(
  account: AwsAccount,
  input: Sdk.ListUpdatesRequest,
): Sdk.ListUpdatesResponse {
  const ids = updatesOf(account, input).map((update) => update.id)
  const { answer, page } = listPage(ids, input)
  return { updateIds: page, ...answer }
}

/** @throws RegroupError ResourceNotFoundException. */
export function describeUpdate(
  account: AwsAccount,
  input: Sdk.DescribeUpdateRequest,
): Sdk.DescribeUpdateResponse {
  const update = updatesOf(account, input).find((one) => one.id === input.updateId)
  if (update === undefined) {
    throw awsError('ResourceNotFoundException', `No update found for ID: ${input.updateId}`)
  }
  return { update: updateView(update) }
}
