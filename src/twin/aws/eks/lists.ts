/** Lists of names: clusters and node groups. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { pageOf } from '../page.ts'

/** Names a page. */
const pageMax = 100

/** Sorted; at most 100 a page. */
export function listClusters(
  account: AwsAccount,
  input: Sdk.ListClustersRequest,
): Sdk.ListClustersResponse {
  const { next, page } = namesPage([...account.clusters.keys()], input)
  return { clusters: [...page], ...(next === undefined ? {} : { nextToken: next }) }
}

/** Sorted; at most 100 a page. @throws RegroupError ResourceNotFoundException. */
export function listNodegroups(
  account: AwsAccount,
  input: Sdk.ListNodegroupsRequest,
): Sdk.ListNodegroupsResponse {
  const cluster = account.cluster(input.clusterName)
  const all = [...account.nodeGroups.values()].filter((one) => one.clusterName === cluster.name)
  const names = all.map((one) => one.name)
  const { next, page } = namesPage(names, input)
  return { nodegroups: [...page], ...(next === undefined ? {} : { nextToken: next }) }
}

function namesPage(
  names: readonly string[],
  input: { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined },
): ReturnType<typeof pageOf<string>> {
  const size = Math.min(pageMax, input.maxResults ?? pageMax)
  return pageOf([...names].sort(), { token: input.nextToken, size })
}
