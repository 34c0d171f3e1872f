/** OpenID Connect providers: what roles of service accounts trust. Twin layer. */

import type * as Sdk from '@aws-sdk/client-iam'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { tagList, tagMap } from './answers.ts'
import type { ProviderState } from './state.ts'

function requireProvider(account: AwsAccount, arn: string | undefined): ProviderState {
  const found = account.iam.providers.get(arn ?? '')
  if (found !== undefined) return found
  throw awsError('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`)
}

function createOpenIDConnectProvider(
  account: AwsAccount,
  input: Sdk.CreateOpenIDConnectProviderRequest,
): Sdk.CreateOpenIDConnectProviderResponse {
  const url = (input.Url ?? '').replace(/^https:\/\//, '')
  const arn = `arn:aws:iam::${account.accountId}:oidc-provider/${url}`
  if (account.iam.providers.has(arn)) {
    const text = `Provider with url ${input.Url} already exists.`
    throw awsError('EntityAlreadyExists', text)
  }
  account.iam.providers.set(arn, {
    arn,
    url,
    createdMs: account.kernel.nowMs(),
    clientIds: input.ClientIDList ?? [],
    thumbprints: input.ThumbprintList ?? [],
    tags: tagMap(input.Tags),
  })
  return { OpenIDConnectProviderArn: arn }
}

function getOpenIDConnectProvider(
  account: AwsAccount,
  input: Sdk.GetOpenIDConnectProviderRequest,
): Sdk.GetOpenIDConnectProviderResponse {
  const provider = requireProvider(account, input.OpenIDConnectProviderArn)
  return {
    Url: provider.url,
    ClientIDList: [...provider.clientIds],
    ThumbprintList: [...provider.thumbprints],
    CreateDate: new Date(provider.createdMs),
    Tags: tagList(provider.tags),
  }
}

function listOpenIDConnectProviders(
  account: AwsAccount,
  _input: Sdk.ListOpenIDConnectProvidersRequest,
): Sdk.ListOpenIDConnectProvidersResponse {
  const arns = [...account.iam.providers.keys()]
  return { OpenIDConnectProviderList: arns.map((Arn) => ({ Arn })) }
}

function deleteOpenIDConnectProvider(
  account: AwsAccount,
  input: Sdk.DeleteOpenIDConnectProviderRequest,
): void {
  const { arn } = requireProvider(account, input.OpenIDConnectProviderArn)
  account.iam.providers.delete(arn)
}

/** Operations on providers. */
export const providerOperations = {
  createOpenIDConnectProvider,
  deleteOpenIDConnectProvider,
  getOpenIDConnectProvider,
  listOpenIDConnectProviders,
}
