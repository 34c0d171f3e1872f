/** Security groups. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { endDryRun } from './dry-run.ts'
import { matchesFilters } from './filters.ts'
import type { SecurityGroupState } from './network-state.ts'
import { permissionsOf } from './security-permissions.ts'
import { tagList, tagsFor } from './tags.ts'

/** Items a page unless the call says less. */
const pageMax = 1000

/** A security group with EC2's first rule: everything may go out. */
export function addSecurityGroup(
  account: AwsAccount,
  spec: {
    readonly name: string
    readonly description: string
    readonly vpcId: string
    readonly tags: StringMap
    /** Made up when absent. */
    readonly id?: string
  },
): SecurityGroupState {
  const { kernel, network } = account
  const group: SecurityGroupState = {
    ...spec,
    id: spec.id ?? `sg-${kernel.hexId('network-group', 17)}`,
    rules: [
      {
        id: `sgr-${kernel.hexId('security-rule', 17)}`,
        isEgress: true,
        protocol: '-1',
        fromPort: undefined,
        toPort: undefined,
        peer: { kind: 'ipv4', cidr: '0.0.0.0/0' },
        description: undefined,
        tags: {},
      },
    ],
  }
  network.securityGroups.set(group.id, group)
  return group
}

/** By id. @throws RegroupError InvalidGroup.NotFound. */
export function requireSecurityGroup(
  account: AwsAccount,
  id: string | undefined,
): SecurityGroupState {
  const found = account.network.securityGroups.get(id ?? '')
  if (found !== undefined) return found
  throw awsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
}

function createSecurityGroup(
  account: AwsAccount,
  input: Sdk.CreateSecurityGroupRequest,
): Sdk.CreateSecurityGroupResult {
  const { network } = account
  const name = input.GroupName ?? ''
  const byDefault = [...network.vpcs.values()].find((one) => one.isDefault)?.id
  const vpcId = input.VpcId ?? byDefault ?? ''
  if (name.startsWith('sg-') || name === 'default') {
    throw awsError('InvalidParameterValue', `Cannot use reserved security group name: ${name}`)
  }
  if (!network.vpcs.has(vpcId)) {
    throw awsError('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`)
  }
  const all = [...network.securityGroups.values()]
  if (all.some((one) => one.vpcId === vpcId && one.name === name)) {
    const text = `The security group '${name}' already exists for VPC '${vpcId}'`
    throw awsError('InvalidGroup.Duplicate', text)
  }
  endDryRun(input)
  const tags = tagsFor(input.TagSpecifications, 'security-group')
  const description = input.Description ?? ''
  const group = addSecurityGroup(account, { name, description, vpcId, tags })
  return {
    GroupId: group.id,
    SecurityGroupArn: arnOf(account, group),
    Tags: tagList(tags),
  }
}

function arnOf(account: AwsAccount, group: SecurityGroupState): string {
  return `arn:aws:ec2:${account.region}:${account.accountId}:security-group/${group.id}`
}

function describeSecurityGroups(
  account: AwsAccount,
  input: Sdk.DescribeSecurityGroupsRequest,
): Sdk.DescribeSecurityGroupsResult {
  const all = account.network.securityGroups
  const wanted = input.GroupNames
  const groups = (input.GroupIds ?? []).length
    ? (input.GroupIds ?? []).map((id) => requireSecurityGroup(account, id))
    : [...all.values()]
  const found = groups.filter(
    (group) =>
      (wanted === undefined || wanted.length === 0 || wanted.includes(group.name)) &&
      matchesFilters(input.Filters, group.tags, {
        description: group.description,
        'group-id': group.id,
        'group-name': group.name,
        'owner-id': account.accountId,
        'vpc-id': group.vpcId,
      }),
  )
  const { next, page } = pageOf(found, {
    token: input.NextToken,
    size: input.MaxResults ?? pageMax,
  })
  return {
    SecurityGroups: page.map((group) => ({
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      OwnerId: account.accountId,
      SecurityGroupArn: arnOf(account, group),
      VpcId: group.vpcId,
      IpPermissions: permissionsOf(account, group, false),
      IpPermissionsEgress: permissionsOf(account, group, true),
      Tags: tagList(group.tags),
    })),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

/** @throws RegroupError DependencyViolation while an interface or another group's rule uses it. */
function deleteSecurityGroup(
  account: AwsAccount,
  input: Sdk.DeleteSecurityGroupRequest,
): Sdk.DeleteSecurityGroupResult {
  const { clusters, instances, network } = account
  const group = requireSecurityGroup(account, input.GroupId)
  if (group.name === 'default') {
    const text = `the specified group: "${group.id}" name: "default" cannot be deleted by a user`
    throw awsError('CannotDelete', text)
  }
  const isUsed =
    [...instances.values()].some(
      (one) => one.state !== 'terminated' && one.securityGroupIds?.includes(group.id),
    ) ||
    [...clusters.values()].some(
      (one) =>
        one.securityGroupId === group.id || one.settings?.securityGroupIds.includes(group.id),
    ) ||
    [...network.securityGroups.values()].some((other) =>
      other.rules.some(
        ({ peer }) => other !== group && peer.kind === 'group' && peer.groupId === group.id,
      ),
    )
  if (isUsed) {
    throw awsError('DependencyViolation', `resource ${group.id} has a dependent object`)
  }
  endDryRun(input)
  network.securityGroups.delete(group.id)
  return { Return: true, GroupId: group.id }
}

/** Operations on security groups. */
export const securityGroupOperations = {
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroups,
}
