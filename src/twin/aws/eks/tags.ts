/** Tags of EKS resources, by ARN. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'

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
  const kept = Object.entries(resource.tags).filter(([key]) => !input.tagKeys?.includes(key))
  resource.tags = Object.fromEntries(kept)
  return {}
}

function resourceOf(account: AwsAccount, arn: string | undefined): { tags: StringMap } {
  const all = [...account.nodeGroups.values(), ...account.clusters.values()]
  const found = all.find((one) => one.arn === arn)
  if (found !== undefined) return found
  throw awsError('ResourceNotFoundException', `No resource found for ARN: ${arn}`)
}
