/** Policies of roles: attached and inline ones. Twin layer. */

import type * as Sdk from '@aws-sdk/client-iam'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { iamPage } from './answers.ts'
import { managedPolicyName } from './managed-policies.ts'
import { checkDocument, requireRole } from './role.ts'

/** Managed policies per role (a quota). */
const attachedMax = 10

function policyName(account: AwsAccount, arn: string | undefined): string {
  const name = account.iam.policies.get(arn ?? '')?.name ?? managedPolicyName(arn ?? '')
  if (name !== undefined) return name
  throw awsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`)
}

/** Attaching twice is no error. */
function attachRolePolicy(account: AwsAccount, input: Sdk.AttachRolePolicyRequest): void {
  const role = requireRole(account, input.RoleName)
  policyName(account, input.PolicyArn)
  if (role.attached.size >= attachedMax && !role.attached.has(input.PolicyArn ?? '')) {
    const text = `Cannot exceed quota for PoliciesPerRole: ${attachedMax}`
    throw awsError('LimitExceeded', text)
  }
  role.attached.add(input.PolicyArn ?? '')
}

function detachRolePolicy(account: AwsAccount, input: Sdk.DetachRolePolicyRequest): void {
  const role = requireRole(account, input.RoleName)
  if (role.attached.delete(input.PolicyArn ?? '')) return
  throw awsError('NoSuchEntity', `Policy ${input.PolicyArn} was not found.`)
}

function listAttachedRolePolicies(
  account: AwsAccount,
  input: Sdk.ListAttachedRolePoliciesRequest,
): Sdk.ListAttachedRolePoliciesResponse {
  const arns = [...requireRole(account, input.RoleName).attached].sort()
  const { answer, page } = iamPage(arns, input)
  return {
    AttachedPolicies: page.map((PolicyArn) => ({
      PolicyArn,
      PolicyName: policyName(account, PolicyArn),
    })),
    ...answer,
  }
}

function putRolePolicy(account: AwsAccount, input: Sdk.PutRolePolicyRequest): void {
  const role = requireRole(account, input.RoleName)
  role.inline.set(input.PolicyName ?? '', checkDocument(input.PolicyDocument))
}

function inlinePolicy(
  account: AwsAccount,
  input: { readonly RoleName: string | undefined; readonly PolicyName: string | undefined },
): string {
  const found = requireRole(account, input.RoleName).inline.get(input.PolicyName ?? '')
  if (found !== undefined) return found
  const text = `The role policy with name ${input.PolicyName} cannot be found.`
  throw awsError('NoSuchEntity', text)
}

function getRolePolicy(
  account: AwsAccount,
  input: Sdk.GetRolePolicyRequest,
): Sdk.GetRolePolicyResponse {
  return {
    RoleName: input.RoleName,
    PolicyName: input.PolicyName,
    PolicyDocument: encodeURIComponent(inlinePolicy(account, input as Required<typeof input>)),
  }
}

function deleteRolePolicy(account: AwsAccount, input: Sdk.DeleteRolePolicyRequest): void {
  inlinePolicy(account, input as Required<typeof input>)
  requireRole(account, input.RoleName).inline.delete(input.PolicyName ?? '')
}

function listRolePolicies(
  account: AwsAccount,
  input: Sdk.ListRolePoliciesRequest,
): Sdk.ListRolePoliciesResponse {
  const names = [...requireRole(account, input.RoleName).inline.keys()].sort()
  const { answer, page } = iamPage(names, input)
  return { PolicyNames: [...page], ...answer }
}

/** Operations on policies of roles. */
export const rolePolicyOperations = {
  attachRolePolicy,
  deleteRolePolicy,
  detachRolePolicy,
  getRolePolicy,
  listAttachedRolePolicies,
  listRolePolicies,
  putRolePolicy,
}
