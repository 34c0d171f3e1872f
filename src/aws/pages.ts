/** Lists that come in pages, followed to their end. Aws layer. */

import { assert } from '../world/assert.ts'

/** Where an operation keeps its token and its items. */
interface Paging {
  readonly token: 'nextToken' | 'NextToken' | 'Marker'
  readonly items: string
}

const eks = (items: string): Paging => ({ token: 'nextToken', items })
const pascal = (items: string): Paging => ({ token: 'NextToken', items })
const iam = (items: string): Paging => ({ token: 'Marker', items })

/** Operations of the port that have pages, by method name (unique over the services). */
const pagings: Readonly<Record<string, Paging>> = {
  describeAddonVersions: eks('addons'),
  describeClusterVersions: eks('clusterVersions'),
  listAccessEntries: eks('accessEntries'),
  listAddons: eks('addons'),
  listClusters: eks('clusters'),
  listNodegroups: eks('nodegroups'),
  listUpdates: eks('updateIds'),
  describeAutoScalingGroups: pascal('AutoScalingGroups'),
  describeAutoScalingInstances: pascal('AutoScalingInstances'),
  describeInstanceRefreshes: pascal('InstanceRefreshes'),
  describeLaunchConfigurations: pascal('LaunchConfigurations'),
  describeScalingActivities: pascal('Activities'),
  describeTags: pascal('Tags'),
  describeInstanceTypeOfferings: pascal('InstanceTypeOfferings'),
  describeInstanceTypes: pascal('InstanceTypes'),
  describeInstances: pascal('Reservations'),
  describeLaunchTemplateVersions: pascal('LaunchTemplateVersions'),
  describeLaunchTemplates: pascal('LaunchTemplates'),
  describeRouteTables: pascal('RouteTables'),
  describeSecurityGroups: pascal('SecurityGroups'),
  describeSubnets: pascal('Subnets'),
  getParametersByPath: pascal('Parameters'),
  listAttachedRolePolicies: iam('AttachedPolicies'),
  listRolePolicies: iam('PolicyNames'),
}

/** Members by which a caller asks for one page only. */
const pageMembers = [
  'nextToken',
  'NextToken',
  'Marker',
  'maxResults',
  'MaxResults',
  'MaxRecords',
  'MaxItems',
] as const

/** A server that hands out tokens for ever is a bug somewhere: 1,000 pages hold 100,000 objects. */
const pagesMax = 1000

type Members = Readonly<Record<string, unknown>>

/**
 * Calls once, or until no token is left when the operation has pages and the caller did not ask for one of
 * them: the answer then holds the items of all pages and no token.
 */
export async function allPages(
  method: string,
  input: unknown,
  call: (input: unknown) => Promise<unknown>,
): Promise<unknown> {
  const paging = pagings[method]
  const given = (input ?? {}) as Members
  if (paging === undefined || pageMembers.some((name) => given[name] !== undefined)) {
    return call(input)
  }
  const { items, token } = paging
  const first = (await call(given)) as Members
  if (!isToken(first[token])) return first
  const all = [...itemsOf(first, items)]
  let page = first
  for (let count = 1; isToken(page[token]); count += 1) {
    assert(count < pagesMax, `${method} ends within ${pagesMax} pages`)
    page = (await call({ ...given, [token]: page[token] })) as Members
    all.push(...itemsOf(page, items))
  }
  return { ...first, [items]: all, [token]: undefined }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function itemsOf(page: Members, items: string): readonly unknown[] {
  return (page[items] ?? []) as readonly unknown[]
}
