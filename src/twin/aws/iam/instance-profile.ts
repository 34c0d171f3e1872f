/** Instance profiles: how a role comes to an instance. Twin layer. */

import type * as Sdk from '@aws-sdk/client-iam'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { iamPage, tagList, tagMap, uniqueId } from './answers.ts'
import { requireRole, roleView } from './role.ts'
import type { ProfileState } from './state.ts'

function requireProfile(account: AwsAccount, name: string | undefined): ProfileState {
  const found = account.iam.profiles.get(name ?? '')
  if (found !== undefined) return found
  throw awsError('NoSuchEntity', `Instance Profile ${name} cannot be found.`)
}

function createInstanceProfile(
  account: AwsAccount,
  input: Sdk.CreateInstanceProfileRequest,
): Sdk.CreateInstanceProfileResponse {
  const name = input.InstanceProfileName ?? ''
  const path = input.Path ?? '/'
  if (account.iam.profiles.has(name)) {
    throw awsError('EntityAlreadyExists', `Instance Profile ${name} already exists.`)
  }
  const profile: ProfileState = {
    name,
    path,
    id: uniqueId(account, 'AIPA'),
    arn: `arn:aws:iam::${account.accountId}:instance-profile${path}${name}`,
    createdMs: account.kernel.nowMs(),
    roleName: undefined,
    tags: tagMap(input.Tags),
  }
  account.iam.profiles.set(name, profile)
  return { InstanceProfile: profileView(account, profile) }
}

function profileView(account: AwsAccount, profile: ProfileState): Sdk.InstanceProfile {
  const role = account.iam.roles.get(profile.roleName ?? '')
  return {
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    Path: profile.path,
    CreateDate: new Date(profile.createdMs),
    Roles: role === undefined ? [] : [roleView(role)],
    Tags: tagList(profile.tags),
  }
}

function getInstanceProfile(
  account: AwsAccount,
  input: Sdk.GetInstanceProfileRequest,
): Sdk.GetInstanceProfileResponse {
  const profile = requireProfile(account, input.InstanceProfileName)
  return { InstanceProfile: profileView(account, profile) }
}

/** @throws RegroupError LimitExceeded when the profile has a role already. */
function addRoleToInstanceProfile(
  account: AwsAccount,
  input: Sdk.AddRoleToInstanceProfileRequest,
): void {
  const profile = requireProfile(account, input.InstanceProfileName)
  const role = requireRole(account, input.RoleName)
  if (profile.roleName !== undefined) {
    const text = 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1'
    throw awsError('LimitExceeded', text)
  }
  profile.roleName = role.name
}

function removeRoleFromInstanceProfile(
  account: AwsAccount,
  input: Sdk.RemoveRoleFromInstanceProfileRequest,
): void {
  const profile = requireProfile(account, input.InstanceProfileName)
  if (profile.roleName !== input.RoleName) {
    throw awsError('NoSuchEntity', `The role with name ${input.RoleName} cannot be found.`)
  }
  profile.roleName = undefined
}

function deleteInstanceProfile(account: AwsAccount, input: Sdk.DeleteInstanceProfileRequest): void {
  const profile = requireProfile(account, input.InstanceProfileName)
  if (profile.roleName !== undefined) {
    const text = 'Cannot delete entity, must remove roles from instance profile first.'
    throw awsError('DeleteConflict', text)
  }
  account.iam.profiles.delete(profile.name)
}

function listInstanceProfiles(
  account: AwsAccount,
  input: Sdk.ListInstanceProfilesRequest,
): Sdk.ListInstanceProfilesResponse {
  const { answer, page } = iamPage([...account.iam.profiles.values()], input)
  return { InstanceProfiles: page.map((one) => profileView(account, one)), ...answer }
}

function listInstanceProfilesForRole(
  account: AwsAccount,
  input: Sdk.ListInstanceProfilesForRoleRequest,
): Sdk.ListInstanceProfilesForRoleResponse {
  const role = requireRole(account, input.RoleName)
  const all = [...account.iam.profiles.values()].filter((one) => one.roleName === role.name)
  const { answer, page } = iamPage(all, input)
  return { InstanceProfiles: page.map((one) => profileView(account, one)), ...answer }
}

function tagInstanceProfile(account: AwsAccount, input: Sdk.TagInstanceProfileRequest): void {
  const profile = requireProfile(account, input.InstanceProfileName)
  profile.tags = { ...profile.tags, ...tagMap(input.Tags) }
}

function untagInstanceProfile(account: AwsAccount, input: Sdk.UntagInstanceProfileRequest): void {
  const profile = requireProfile(account, input.InstanceProfileName)
  const kept = Object.entries(profile.tags).filter(([key]) => !input.TagKeys?.includes(key))
  profile.tags = Object.fromEntries(kept)
}

/** Operations on instance profiles. */
export const profileOperations = {
  addRoleToInstanceProfile,
  createInstanceProfile,
  deleteInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  removeRoleFromInstanceProfile,
  tagInstanceProfile,
  untagInstanceProfile,
}
