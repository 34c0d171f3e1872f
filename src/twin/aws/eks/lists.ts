/** Lists of names, in pages. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { pageOf } from '../page.ts'

/** Items a page at most. */
const pageMax = 100

/** A page, and the token that an answer ends with if there are more. */
export function listPage<T>(
  all: readonly T[],
  input: { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined },
): { readonly page: T[]; readonly answer: { readonly nextToken?: string } } {
  const size = Math.min(pageMax, input.maxResults ?? pageMax)
  const { next, page } = pageOf(all, { token: input.nextToken, size })
  return { page: [...page], answer: next === undefined ? {} : { nextToken: next } }
}

/** Sorted. */
function listClusters(
  account: AwsAccount,
  input: Sdk.ListClustersRequest,
): Sdk.ListClustersResponse {
  const { answer, page } = listPage([...account.clusters.keys()].sort(), input)
  return { clusters: page, ...answer }
}

/** Sorted. @throws RegroupError ResourceNotFoundException. */
function listNodegroups(
  account: AwsAccount,
  input: Sdk.ListNodegroupsRequest,
): Sdk.ListNodegroupsResponse {
  const cluster = account.cluster(input.clusterName)
  const all = [...account.nodeGroups.values()].filter((one) => one.clusterName === cluster.name)
  const { answer, page } = listPage(all.map((one) => one.name).sort(), input)
  return { nodegroups: page, ...answer }
}

/** Sorted. @throws RegroupError ResourceNotFoundException. */
function listAddons(account: AwsAccount, input: Sdk.ListAddonsRequest): Sdk.ListAddonsResponse {
  const names = [...account.cluster(input.clusterName).addons.keys()].sort()
  const { answer, page } = listPage(names, input)
  return { addons: page, ...answer }
}

/** None can be made in the twin, so that an existing cluster has none. */
function listFargateProfiles(
  account: AwsAccount,
  input: Sdk.ListFargateProfilesRequest,
): Sdk.ListFargateProfilesResponse {
  account.cluster(input.clusterName)
  return { fargateProfileNames: [] }
}

/** None can be made in the twin, so that an existing cluster has none. */
function listPodIdentityAssociations(
  account: AwsAccount,
  input: Sdk.ListPodIdentityAssociationsRequest,
): Sdk.ListPodIdentityAssociationsResponse {
  account.cluster(input.clusterName)
  return { associations: [] }
}

/** None can be made in the twin, so that an existing cluster has none. */
function listIdentityProviderConfigs(
  account: AwsAccount,
  input: Sdk.ListIdentityProviderConfigsRequest,
): Sdk.ListIdentityProviderConfigsResponse {
  account.cluster(input.clusterName)
  return { identityProviderConfigs: [] }
}

/** Lists. */
export const listOperations = {
  listAddons,
  listClusters,
  listFargateProfiles,
  listIdentityProviderConfigs,
  listNodegroups,
  listPodIdentityAssociations,
}
