/** IAM roles. Twin layer. */

import type * as Sdk from '@aws-sdk/client-iam'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { iamPage, tagList, tagMap, uniqueId } from './answers.ts'
import type { RoleState } from './state.ts'

/** @throws RegroupError NoSuchEntity. */
export function requireRole(account: AwsAccount, name: string | undefined): RoleState {
  const found = account.iam.roles.get(name ?? '')
  if (found !== undefined) return found
  throw awsError('NoSuchEntity', `The role with name ${name} cannot be found.`)
}

/** A role that is there from now on; for worlds as well as for calls. */
export function addRole(
  account: AwsAccount,
  spec: {
    readonly name: string
    readonly trustPolicy: string
    readonly path?: string
    readonly description?: string
    readonly maxSessionSeconds?: number
    readonly boundaryArn?: string
    readonly tags?: RoleState['tags']
  },
): RoleState {
  const { name, path = '/', trustPolicy } = spec
  const role: RoleState = {
    name,
    path,
    trustPolicy,
    id: uniqueId(account, 'AROA'),
    arn: `arn:aws:iam::${account.accountId}:role${path}${name}`,
    createdMs: account.kernel.nowMs(),
    description: spec.description ?? '',
    maxSessionSeconds: spec.maxSessionSeconds ?? 3600,
    boundaryArn: spec.boundaryArn,
    attached: new Set(),
    inline: new Map(),
    tags: spec.tags ?? {},
  }
  account.iam.roles.set(name, role)
  return role
}

/** A trust policy for one AWS service, e.g. `ec2.amazonaws.com`. */
export function trustOf(principal: string): string {
  const statement = { Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

/** @throws RegroupError MalformedPolicyDocument unless it is JSON with statements. */
export function checkDocument(text: string | undefined): string {
  try {
    const parsed: unknown = JSON.parse(text ?? '')
    if (typeof parsed === 'object' && parsed !== null && 'Statement' in parsed) return text ?? ''
  } catch {
    // Said below.
  }
  throw awsError('MalformedPolicyDocument', 'Syntax errors in policy.')
}

function createRole(account: AwsAccount, input: Sdk.CreateRoleRequest): Sdk.CreateRoleResponse {
  const name = input.RoleName ?? ''
  const trustPolicy = checkDocument(input.AssumeRolePolicyDocument)
  if (account.iam.roles.has(name)) {
    throw awsError('EntityAlreadyExists', `Role with name ${name} already exists.`)
  }
  const role = addRole(account, {
    name,
    trustPolicy,
    path: input.Path ?? '/',
    description: input.Description ?? '',
    maxSessionSeconds: input.MaxSessionDuration ?? 3600,
    ...(input.PermissionsBoundary === undefined ? {} : { boundaryArn: input.PermissionsBoundary }),
    tags: tagMap(input.Tags),
  })
  return { Role: roleView(role) }
}

/** As GetRole shows it: the trust policy comes URL-encoded. */
export function roleView(role: RoleState): Sdk.Role {
  return {
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    Path: role.path,
    CreateDate: new Date(role.createdMs),
    AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy),
    ...(role.description === '' ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionSeconds,
    ...(role.boundaryArn === undefined
      ? {}
      : {
          PermissionsBoundary: {
            PermissionsBoundaryArn: role.boundaryArn,
            PermissionsBoundaryType: 'Policy' as Sdk.PermissionsBoundaryAttachmentType,
          },
        }),
    RoleLastUsed: {},
    ...(Object.keys(role.tags).length === 0 ? {} : { Tags: tagList(role.tags) }),
  }
}

function getRole(account: AwsAccount, input: Sdk.GetRoleRequest): Sdk.GetRoleResponse {
  return { Role: roleView(requireRole(account, input.RoleName)) }
}

/** Lists leave tags out, as IAM does. */
function listRoles(account: AwsAccount, input: Sdk.ListRolesRequest): Sdk.ListRolesResponse {
  const all = [...account.iam.roles.values()]
    .filter((one) => one.path.startsWith(input.PathPrefix ?? '/'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const { answer, page } = iamPage(all, input)
  return {
    Roles: page.map((role) => {
      const { Tags: _, ...view } = roleView(role)
      return view
    }),
    ...answer,
  }
}

function updateRole(account: AwsAccount, input: Sdk.UpdateRoleRequest): Sdk.UpdateRoleResponse {
  const role = requireRole(account, input.RoleName)
  role.description = input.Description ?? role.description
  role.maxSessionSeconds = input.MaxSessionDuration ?? role.maxSessionSeconds
  return {}
}

function updateAssumeRolePolicy(
  account: AwsAccount,
  input: Sdk.UpdateAssumeRolePolicyRequest,
): void {
  requireRole(account, input.RoleName).trustPolicy = checkDocument(input.PolicyDocument)
}

/** @throws RegroupError DeleteConflict while policies or instance profiles hold the role. */
function deleteRole(account: AwsAccount, input: Sdk.DeleteRoleRequest): void {
  const role = requireRole(account, input.RoleName)
  if (role.attached.size > 0) {
    throw awsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.')
  }
  if (role.inline.size > 0) {
    throw awsError('DeleteConflict', 'Cannot delete entity, must delete policies first.')
  }
  if ([...account.iam.profiles.values()].some((one) => one.roleName === role.name)) {
    const text = 'Cannot delete entity, must remove roles from instance profile first.'
    throw awsError('DeleteConflict', text)
  }
  account.iam.roles.delete(role.name)
}

function tagRole(account: AwsAccount, input: Sdk.TagRoleRequest): void {
  const role = requireRole(account, input.RoleName)
  role.tags = { ...role.tags, ...tagMap(input.Tags) }
}

function untagRole(account: AwsAccount, input: Sdk.UntagRoleRequest): void {
  const role = requireRole(account, input.RoleName)
  const kept = Object.entries(role.tags).filter(([key]) => !input.TagKeys?.includes(key))
  role.tags = Object.fromEntries(kept)
}

function listRoleTags(
  account: AwsAccount,
  input: Sdk.ListRoleTagsRequest,
): Sdk.ListRoleTagsResponse {
  const { answer, page } = iamPage(tagList(requireRole(account, input.RoleName).tags), input)
  return { Tags: [...page], ...answer }
}

/** The roles that EKS and Auto Scaling make for themselves. */
function createServiceLinkedRole(
  account: AwsAccount,
  input: Sdk.CreateServiceLinkedRoleRequest,
): Sdk.CreateServiceLinkedRoleResponse {
  const known: Readonly<Record<string, string>> = {
    'autoscaling.amazonaws.com': 'AWSServiceRoleForAutoScaling',
    'eks-nodegroup.amazonaws.com': 'AWSServiceRoleForAmazonEKSNodegroup',
    'eks.amazonaws.com': 'AWSServiceRoleForAmazonEKS',
    'spot.amazonaws.com': 'AWSServiceRoleForEC2Spot',
  }
  const principal = input.AWSServiceName ?? ''
  const name = known[principal]
  if (name === undefined) {
    throw awsError('InvalidInput', `the twin has no service-linked role for ${principal}`)
  }
  if (account.iam.roles.has(name)) {
    const text = `Service role name ${name} has been taken in this account, please try a different suffix.`
    throw awsError('InvalidInput', text)
  }
  const path = `/aws-service-role/${principal}/`
  return { Role: roleView(addRole(account, { name, path, trustPolicy: trustOf(principal) })) }
}

/** Operations on roles. */
export const roleOperations = {
  createRole,
  createServiceLinkedRole,
  deleteRole,
  getRole,
  listRoleTags,
  listRoles,
  tagRole,
  untagRole,
  updateAssumeRolePolicy,
  updateRole,
}
