/** Tags of Auto Scaling groups. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import type { GroupState } from '../state.ts'
import { changed } from './changed.ts'

/** AWS's limit per group. */
const tagsMax = 50

/** Adds or replaces tags. @throws RegroupError ValidationError for more than 50 on a group. */
function createOrUpdateTags(
  account: AwsAccount,
  input: Sdk.CreateOrUpdateTagsType,
  user: string,
): void {
  for (const tag of input.Tags ?? []) {
    const group = account.group(tag.ResourceId)
    const key = tag.Key ?? ''
    if (!group.tags.has(key)) checkTagLimit(group.tags.size + 1)
    const isPropagated = tag.PropagateAtLaunch ?? false
    group.tags.set(key, { value: tag.Value ?? '', isPropagated })
    changed(account, group, user, 'CreateOrUpdateTags')
  }
}

/** Removes tags; missing ones are no error. */
function deleteTags(account: AwsAccount, input: Sdk.DeleteTagsType, user: string): void {
  for (const tag of input.Tags ?? []) {
    const group = account.group(tag.ResourceId)
    group.tags.delete(tag.Key ?? '')
    changed(account, group, user, 'DeleteTags')
  }
}

/** Tags of all groups, filtered by group, key or value. */
function describeTags(account: AwsAccount, input: Sdk.DescribeTagsType): Sdk.TagsType {
  const all = [...account.groups.values()].flatMap(tagViews).filter((tag) =>
    (input.Filters ?? []).every(({ Name, Values = [] }) => {
      if (Name === 'auto-scaling-group') return Values.includes(tag.ResourceId)
      if (Name === 'key') return Values.includes(tag.Key)
      if (Name === 'propagate-at-launch') {
        return Values.some((one) => one.toLowerCase() === String(tag.PropagateAtLaunch))
      }
      return Name !== 'value' || Values.includes(tag.Value)
    }),
  )
  const size = Math.min(input.MaxRecords ?? 50, 100)
  const { page, next } = pageOf(all, { token: input.NextToken, size })
  return { Tags: [...page], ...(next === undefined ? {} : { NextToken: next }) }
}

/** @throws RegroupError ValidationError for more tags than a group may have. */
export function checkTagLimit(count: number): void {
  if (count <= tagsMax) return
  throw awsError('ValidationError', `Tag limit of ${tagsMax} per Auto Scaling group exceeded.`)
}

/** Tags by key, as a group keeps them. */
export function tagStates(tags: readonly Sdk.Tag[]): GroupState['tags'] {
  return new Map(
    tags.map(({ Key = '', PropagateAtLaunch = false, Value = '' }) => [
      Key,
      { value: Value, isPropagated: PropagateAtLaunch },
    ]),
  )
}

/** A tag with all its members. */
export interface TagView extends Sdk.TagDescription {
  readonly ResourceId: string
  readonly Key: string
  readonly Value: string
}

/** As DescribeTags and DescribeAutoScalingGroups show them. */
export function tagViews(group: GroupState): TagView[] {
  return [...group.tags].map(([Key, { isPropagated, value }]) => ({
    ResourceId: group.name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value: value,
    PropagateAtLaunch: isPropagated,
  }))
}

/** Operations on tags. */
export const tagOperations = { createOrUpdateTags, deleteTags, describeTags }
