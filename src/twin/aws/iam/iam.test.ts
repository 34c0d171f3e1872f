/** IAM and STS: roles, policies, instance profiles, identity. Twin layer. */

import { describe, expect, it } from 'vitest'
import { smallWorld } from '../../../../test/small-world.ts'
import { trustOf } from './role.ts'

const RoleName = 'web'
const AssumeRolePolicyDocument = trustOf('ec2.amazonaws.com')
const managed = 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy'

describe('roles', () => {
  it('show their trust URL-encoded, and go only when nothing holds them', async () => {
    const world = smallWorld()
    const { iam } = world.api
    await world.call(iam.createRole({ RoleName, AssumeRolePolicyDocument }))
    const again = iam.createRole({ RoleName, AssumeRolePolicyDocument })
    expect(await world.codeOf(again)).toBe('EntityAlreadyExists')
    const { Role } = await world.call(iam.getRole({ RoleName }))
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(AssumeRolePolicyDocument)
    await world.call(iam.attachRolePolicy({ RoleName, PolicyArn: managed }))
    await world.call(
      iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument: '{"Statement":[]}' }),
    )
    await world.call(iam.createInstanceProfile({ InstanceProfileName: 'p' }))
    const profile = { InstanceProfileName: 'p', RoleName }
    await world.call(iam.addRoleToInstanceProfile(profile))
    expect(await world.codeOf(iam.addRoleToInstanceProfile(profile))).toBe('LimitExceeded')
    const { InstanceProfiles } = await world.call(iam.listInstanceProfilesForRole({ RoleName }))
    expect(InstanceProfiles?.[0]?.Roles?.[0]?.RoleName).toBe('web')
    const remove = (): Promise<string> => world.codeOf(iam.deleteRole({ RoleName }))
    expect(await remove()).toBe('DeleteConflict')
    await world.call(iam.detachRolePolicy({ RoleName, PolicyArn: managed }))
    expect(await remove()).toBe('DeleteConflict')
    await world.call(iam.deleteRolePolicy({ RoleName, PolicyName: 'own' }))
    expect(await remove()).toBe('DeleteConflict')
    await world.call(iam.removeRoleFromInstanceProfile(profile))
    expect(await remove()).toBe('ok')
    expect(await world.codeOf(iam.getRole({ RoleName }))).toBe('NoSuchEntity')
  })

  it('refuse documents that are none, and policies that do not exist', async () => {
    const world = smallWorld()
    const { iam } = world.api
    const broken = iam.createRole({ RoleName, AssumeRolePolicyDocument: '{' })
    expect(await world.codeOf(broken)).toBe('MalformedPolicyDocument')
    const unknown = iam.attachRolePolicy({ RoleName: 'nodes', PolicyArn: `${managed}X` })
    expect(await world.codeOf(unknown)).toBe('NoSuchEntity')
  })

  it('come in pages', async () => {
    const world = smallWorld()
    const { iam } = world.api
    const first = await world.call(iam.listRoles({ MaxItems: 1 }))
    expect(first).toMatchObject({ IsTruncated: true, Roles: [{ RoleName: 'cluster' }] })
    const next = await world.call(iam.listRoles({ MaxItems: 1, Marker: first.Marker }))
    expect(next).toMatchObject({ IsTruncated: false, Roles: [{ RoleName: 'nodes' }] })
  })
})

describe('policies', () => {
  it('are made, attached, counted and deleted', async () => {
    const world = smallWorld()
    const { iam } = world.api
    const PolicyDocument = '{"Statement":[]}'
    const { Policy } = await world.call(iam.createPolicy({ PolicyName: 'own', PolicyDocument }))
    const PolicyArn = Policy?.Arn
    await world.call(iam.attachRolePolicy({ RoleName: 'nodes', PolicyArn }))
    expect((await world.call(iam.getPolicy({ PolicyArn }))).Policy?.AttachmentCount).toBe(1)
    const version = await world.call(iam.getPolicyVersion({ PolicyArn, VersionId: 'v1' }))
    expect(decodeURIComponent(version.PolicyVersion?.Document ?? '')).toBe(PolicyDocument)
    expect(await world.codeOf(iam.deletePolicy({ PolicyArn }))).toBe('DeleteConflict')
    await world.call(iam.detachRolePolicy({ RoleName: 'nodes', PolicyArn }))
    await world.call(iam.deletePolicy({ PolicyArn }))
    expect(await world.codeOf(iam.getPolicy({ PolicyArn }))).toBe('NoSuchEntity')
  })
})

describe('identity', () => {
  it('is the caller, or a role taken on', async () => {
    const world = smallWorld()
    const { sts } = world.api
    expect(await world.call(sts.getCallerIdentity({}))).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:iam::111122223333:user/tester',
    })
    const ask = { RoleArn: 'arn:aws:iam::111122223333:role/nodes', RoleSessionName: 's' }
    const { AssumedRoleUser, Credentials } = await world.call(sts.assumeRole(ask))
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/nodes/s')
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA[0-9A-F]{16}$/)
    expect(await world.codeOf(sts.assumeRole({ ...ask, RoleArn: `${ask.RoleArn}x` }))).toBe(
      'AccessDenied',
    )
  })
})
