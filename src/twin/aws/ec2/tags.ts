/** Tags of EC2 resources. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { matchesFilters } from './filters.ts'

/** Tags that a create call gives to one kind of resource. */
export function tagsFor(
  specifications: readonly Sdk.TagSpecification[] | undefined,
  kind: string,
): StringMap {
  const tags = (specifications ?? [])
    .filter((one) => one.ResourceType === kind)
    .flatMap((one) => one.Tags ?? [])
  return tagMap(tags)
}

/** Tags as a plain map. */
function tagMap(tags: readonly Sdk.Tag[]): StringMap {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}

/** Tags as EC2 answers them. */
export function tagList(tags: StringMap): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

interface Tagged {
  tags: StringMap
}

/** Where resources live, by the prefix of their ids. */
function resourceOf(account: AwsAccount, id: string): Tagged | undefined {
  const { network } = account
  const prefix = id.slice(0, id.lastIndexOf('-'))
  const places: Readonly<Record<string, ReadonlyMap<string, Tagged>>> = {
    acl: network.networkAcls,
    eipalloc: network.addresses,
    i: account.instances,
    igw: network.internetGateways,
    lt: account.templates,
    nat: network.natGateways,
    rtb: network.routeTables,
    sg: network.securityGroups,
    subnet: account.subnets,
    vpc: network.vpcs,
  }
  return places[prefix]?.get(id)
}

function requireResource(account: AwsAccount, id: string): Tagged {
  const found = resourceOf(account, id)
  if (found !== undefined) return found
  throw awsError('InvalidID', `The ID '${id}' is not valid`)
}

/** Adds or replaces tags of several resources. */
function createTags(account: AwsAccount, input: Sdk.CreateTagsRequest): void {
  const resources = (input.Resources ?? []).map((id) => requireResource(account, id))
  for (const resource of resources) {
    resource.tags = { ...resource.tags, ...tagMap(input.Tags ?? []) }
  }
}

/** Removes tags; a tag given with a value goes only if it has that value, no list means all. */
function deleteTags(account: AwsAccount, input: Sdk.DeleteTagsRequest): void {
  for (const id of input.Resources ?? []) {
    const resource = requireResource(account, id)
    const kept = Object.entries(resource.tags).filter(
      ([key, value]) =>
        input.Tags !== undefined &&
        !input.Tags.some((one) => one.Key === key && (one.Value ?? value) === value),
    )
    resource.tags = Object.fromEntries(kept)
  }
}

const kinds: Readonly<Record<string, Sdk.ResourceType>> = {
  acl: 'network-acl',
  eipalloc: 'elastic-ip',
  i: 'instance',
  igw: 'internet-gateway',
  lt: 'launch-template',
  nat: 'natgateway',
  rtb: 'route-table',
  sg: 'security-group',
  subnet: 'subnet',
  vpc: 'vpc',
}

/** Tags of everything, filtered by key, value, resource id or type. */
function describeTags(account: AwsAccount, input: Sdk.DescribeTagsRequest): Sdk.DescribeTagsResult {
  const { network } = account
  const maps: readonly ReadonlyMap<string, Tagged>[] = [
    account.instances,
    account.subnets,
    account.templates,
    ...Object.values(network),
  ]
  const all = maps.flatMap((map) =>
    [...map].flatMap(([id, { tags }]) =>
      tagList(tags).map((tag) => ({
        ...tag,
        ResourceId: id,
        ResourceType: kinds[id.slice(0, id.lastIndexOf('-'))],
      })),
    ),
  )
  const found = all.filter(({ Key, ResourceId, ResourceType, Value }) =>
    matchesFilters(
      input.Filters,
      { [Key]: Value },
      {
        key: Key,
        value: Value,
        'resource-id': ResourceId,
        'resource-type': ResourceType,
      },
    ),
  )
  const { next, page } = pageOf(found, { token: input.NextToken, size: input.MaxResults ?? 1000 })
  return { Tags: [...page], ...(next === undefined ? {} : { NextToken: next }) }
}

/** Operations on tags. */
export const tagOperations = { createTags, deleteTags, describeTags }
