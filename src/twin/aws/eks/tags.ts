/** Tags of EKS resources, by ARN. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { entryArn } from './access-entry.ts'
import { addonArn } from './addon.ts'

/**
 * Adds or replaces tags of a cluster or node group; they reach neither its group nor its instances.
 */
export function tagResource(
  account: AwsAccount,
  input: Sdk.TagResourceRequest,
): Sdk.TagResourceResponse {
  const resource = resourceOf(account, input.resourceArn)
  resource.tags = { ...resource.tags, ...input.tags }
  return {}
}

/** Removes tags; missing ones are no error. */
export function untagResource(
  account: AwsAccount,
  input: Sdk.UntagResourceRequest,
): Sdk.UntagResourceResponse {
  const resource = resourceOf(account, input.resourceArn)
  const kept = Object.entries(resource.tags ?? {}).filter(([key]) => !input.tagKeys?.includes(key))
  resource.tags = Object.fromEntries(kept)
  return {}
}

/** Tags of a resource. */
export function listTagsForResource(
  account: AwsAccount,
  input: Sdk.ListTagsForResourceRequest,
): Sdk.ListTagsForResourceResponse {
  return { tags: { ...resourceOf(account, input.resourceArn).tags } }
}

function resourceOf(account: AwsAccount, arn: string | undefined): { tags?: StringMap } {
  const clusters = [...account.clusters.values()]
  const found: { tags?: StringMap } | undefined =
    [...account.nodeGroups.values(), ...clusters].find((one) => one.arn === arn) ??
    clusters
      .flatMap((cluster) => [...cluster.addons.values()].map((addon) => ({ cluster, addon })))
      .find(({ addon, cluster }) => addonArn(account, cluster, addon) === arn)?.addon ??
    clusters
      .flatMap((cluster) =>
        [...cluster.accessEntries.values()].map((entry) => ({ cluster, entry })),
      )
      .find(({ cluster, entry }) => entryArn(account, cluster, entry) === arn)?.entry
  if (found !== undefined) return found
  throw awsError('NotFoundException', `No resource found for ARN: ${arn}`)
}
