/** Placement groups. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { endDryRun } from './dry-run.ts'
import { byIds, matchesFilters } from './filters.ts'
import type { PlacementGroupState } from './state.ts'
import { tagList, tagsFor } from './tags.ts'

const missing = { code: 'InvalidPlacementGroup.Unknown', what: 'placement group' }
const strategies: readonly string[] = ['cluster', 'partition', 'spread']
/** Partitions a group has at most, and without a word. */
const partitionsMax = 7
const partitionsDefault = 2

/** Names are unique in the Region. @throws RegroupError InvalidPlacementGroup.Duplicate. */
function createPlacementGroup(
  account: AwsAccount,
  input: Sdk.CreatePlacementGroupRequest,
): Sdk.CreatePlacementGroupResult {
  const { GroupName: name = '', PartitionCount: partitions, Strategy: strategy = '' } = input
  if (name === '') {
    throw awsError('MissingParameter', 'The request must contain the parameter groupName')
  }
  if (!strategies.includes(strategy)) {
    const text = `Value (${strategy}) for parameter strategy is invalid.`
    throw awsError('InvalidParameterValue', text)
  }
  const isOutside = partitions !== undefined && (partitions < 1 || partitions > partitionsMax)
  if (isOutside || (partitions !== undefined && strategy !== 'partition')) {
    throw awsError('InvalidParameterValue', `Value (${partitions}) for partitionCount is invalid.`)
  }
  if (account.placementGroups.has(name)) {
    const text = `The placement group '${name}' already exists`
    throw awsError('InvalidPlacementGroup.Duplicate', text)
  }
  endDryRun(input)
  const group: PlacementGroupState = {
    id: `pg-${account.kernel.hexId('placement-group', 17)}`,
    name,
    strategy: strategy as PlacementGroupState['strategy'],
    ...(strategy === 'partition' ? { partitionCount: partitions ?? partitionsDefault } : {}),
    tags: tagsFor(input.TagSpecifications, 'placement-group'),
  }
  account.placementGroups.set(name, group)
  return { PlacementGroup: view(account, group) }
}

function view(
  { accountId, region }: AwsAccount,
  { id, name, partitionCount, strategy, tags }: PlacementGroupState,
): Sdk.PlacementGroup {
  return {
    GroupArn: `arn:aws:ec2:${region}:${accountId}:placement-group/${name}`,
    GroupId: id,
    GroupName: name,
    State: 'available',
    Strategy: strategy,
    ...(partitionCount === undefined ? {} : { PartitionCount: partitionCount }),
    Tags: tagList(tags),
  }
}

/** @throws RegroupError InvalidPlacementGroup.Unknown for an unknown name or id. */
function describePlacementGroups(
  account: AwsAccount,
  input: Sdk.DescribePlacementGroupsRequest,
): Sdk.DescribePlacementGroupsResult {
  const byId = new Map([...account.placementGroups.values()].map((group) => [group.id, group]))
  const wanted = byIds(byId, input.GroupIds, missing)
  const found = byIds(account.placementGroups, input.GroupNames, missing)
    .filter((group) => wanted.includes(group))
    .filter((group) =>
      matchesFilters(input.Filters, group.tags, {
        'group-arn': view(account, group).GroupArn,
        'group-name': group.name,
        state: 'available',
        strategy: group.strategy,
      }),
    )
  return { PlacementGroups: found.map((group) => view(account, group)) }
}

/** @throws RegroupError InvalidPlacementGroup.Unknown. */
function deletePlacementGroup(account: AwsAccount, input: Sdk.DeletePlacementGroupRequest): void {
  const name = input.GroupName ?? ''
  byIds(account.placementGroups, [name], missing)
  endDryRun(input)
  account.placementGroups.delete(name)
}

/** Operations on placement groups. */
export const placementGroupOperations = {
  createPlacementGroup,
  deletePlacementGroup,
  describePlacementGroups,
}
