/** Customer-managed policies. Twin layer. */

import type * as Sdk from '@aws-sdk/client-iam'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { iamPage, tagList, tagMap, uniqueId } from './answers.ts'
import { managedPolicyArns, managedPolicyName } from './managed-policies.ts'
import { checkDocument } from './role.ts'
import type { PolicyState } from './state.ts'

/** The twin keeps one version of every policy. */
const VersionId = 'v1'

function requirePolicy(account: AwsAccount, arn: string | undefined): PolicyState {
  const found = account.iam.policies.get(arn ?? '')
  if (found !== undefined) return found
  throw awsError('NoSuchEntity', `Policy ${arn} was not found.`)
}

function createPolicy(
  account: AwsAccount,
  input: Sdk.CreatePolicyRequest,
): Sdk.CreatePolicyResponse {
  const name = input.PolicyName ?? ''
  const path = input.Path ?? '/'
  const arn = `arn:aws:iam::${account.accountId}:policy${path}${name}`
  const document = checkDocument(input.PolicyDocument)
  if ([...account.iam.policies.values()].some((one) => one.name === name)) {
    const text = `A policy called ${name} already exists. Duplicate names are not allowed.`
    throw awsError('EntityAlreadyExists', text)
  }
  const policy: PolicyState = {
    name,
    path,
    arn,
    document,
    id: uniqueId(account, 'ANPA'),
    createdMs: account.kernel.nowMs(),
    description: input.Description ?? '',
    tags: tagMap(input.Tags),
  }
  account.iam.policies.set(arn, policy)
  return { Policy: policyView(account, policy) }
}

function attachmentCount(account: AwsAccount, arn: string): number {
  return [...account.iam.roles.values()].filter((role) => role.attached.has(arn)).length
}

function policyView(account: AwsAccount, policy: PolicyState): Sdk.Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: VersionId,
    AttachmentCount: attachmentCount(account, policy.arn),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    ...(policy.description === '' ? {} : { Description: policy.description }),
    CreateDate: new Date(policy.createdMs),
    UpdateDate: new Date(policy.createdMs),
    Tags: tagList(policy.tags),
  }
}

function getPolicy(account: AwsAccount, input: Sdk.GetPolicyRequest): Sdk.GetPolicyResponse {
  const PolicyName = managedPolicyName(input.PolicyArn ?? '')
  if (PolicyName === undefined) {
    return { Policy: policyView(account, requirePolicy(account, input.PolicyArn)) }
  }
  return { Policy: managedView(account, input.PolicyArn ?? '', PolicyName) }
}

function managedView(account: AwsAccount, Arn: string, PolicyName: string): Sdk.Policy {
  return {
    PolicyName,
    Arn,
    Path: Arn.slice('arn:aws:iam::aws:policy'.length, -PolicyName.length),
    DefaultVersionId: VersionId,
    AttachmentCount: attachmentCount(account, Arn),
    IsAttachable: true,
  }
}

function getPolicyVersion(
  account: AwsAccount,
  input: Sdk.GetPolicyVersionRequest,
): Sdk.GetPolicyVersionResponse {
  const policy = requirePolicy(account, input.PolicyArn)
  if (input.VersionId !== VersionId) {
    const text = `Policy ${policy.arn} version ${input.VersionId} does not exist.`
    throw awsError('NoSuchEntity', text)
  }
  return {
    PolicyVersion: {
      Document: encodeURIComponent(policy.document),
      VersionId,
      IsDefaultVersion: true,
      CreateDate: new Date(policy.createdMs),
    },
  }
}

function listPolicyVersions(
  account: AwsAccount,
  input: Sdk.ListPolicyVersionsRequest,
): Sdk.ListPolicyVersionsResponse {
  const policy = requirePolicy(account, input.PolicyArn)
  const CreateDate = new Date(policy.createdMs)
  return { Versions: [{ VersionId, IsDefaultVersion: true, CreateDate }], IsTruncated: false }
}

function listPolicies(
  account: AwsAccount,
  input: Sdk.ListPoliciesRequest,
): Sdk.ListPoliciesResponse {
  const own = [...account.iam.policies.values()].map((one) => policyView(account, one))
  const managed = managedPolicyArns.map((arn) =>
    managedView(account, arn, managedPolicyName(arn) ?? ''),
  )
  const all = [
    ...(input.Scope === 'Local' ? [] : managed),
    ...(input.Scope === 'AWS' ? [] : own),
  ].filter((one) => input.OnlyAttached !== true || (one.AttachmentCount ?? 0) > 0)
  const { answer, page } = iamPage(all, input)
  return { Policies: page.map(({ Tags: _, ...one }) => one), ...answer }
}

function listEntitiesForPolicy(
  account: AwsAccount,
  input: Sdk.ListEntitiesForPolicyRequest,
): Sdk.ListEntitiesForPolicyResponse {
  const roles = [...account.iam.roles.values()].filter((one) =>
    one.attached.has(input.PolicyArn ?? ''),
  )
  const PolicyRoles = roles.map((one) => ({ RoleName: one.name, RoleId: one.id }))
  return { PolicyRoles, PolicyGroups: [], PolicyUsers: [], IsTruncated: false }
}

function deletePolicy(account: AwsAccount, input: Sdk.DeletePolicyRequest): void {
  const policy = requirePolicy(account, input.PolicyArn)
  if (attachmentCount(account, policy.arn) > 0) {
    const text = 'Cannot delete a policy attached to entities.'
    throw awsError('DeleteConflict', text)
  }
  account.iam.policies.delete(policy.arn)
}

/** Operations on policies. */
export const policyOperations = {
  createPolicy,
  deletePolicy,
  getPolicy,
  getPolicyVersion,
  listEntitiesForPolicy,
  listPolicies,
  listPolicyVersions,
}
