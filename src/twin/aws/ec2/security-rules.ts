/** Rules of security groups: authorized, revoked, listed. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { endDryRun } from './dry-run.ts'
import { matchesFilters } from './filters.ts'
import type { SecurityGroupState, SecurityRuleState } from './network-state.ts'
import { requireSecurityGroup } from './security-group.ts'
import { isSameRule, type PermissionInput, rulesOf } from './security-permissions.ts'
import { tagList, tagsFor } from './tags.ts'

type Ask = PermissionInput & {
  readonly GroupId?: string | undefined
  readonly DryRun?: boolean | undefined
  readonly TagSpecifications?: Sdk.TagSpecification[] | undefined
  readonly SecurityGroupRuleIds?: readonly string[] | undefined
}

function authorize(
  account: AwsAccount,
  input: Ask,
  isEgress: boolean,
): { Return: boolean; SecurityGroupRules: Sdk.SecurityGroupRule[] } {
  const group = requireSecurityGroup(account, input.GroupId)
  const specs = rulesOf(input, isEgress)
  for (const spec of specs) {
    if (spec.peer.kind === 'group') requireSecurityGroup(account, spec.peer.groupId)
    if (!group.rules.some((one) => isSameRule(one, spec))) continue
    const text = `the specified rule "peer: ${peerText(spec.peer)}, ${spec.protocol}, ALLOW" already exists`
    throw awsError('InvalidPermission.Duplicate', text)
  }
  endDryRun(input)
  const tags = tagsFor(input.TagSpecifications, 'security-group-rule')
  const added = specs.map((spec) => ({
    ...spec,
    id: `sgr-${account.kernel.hexId('security-rule', 17)}`,
    tags,
  }))
  group.rules.push(...added)
  return { Return: true, SecurityGroupRules: added.map((rule) => ruleView(account, group, rule)) }
}

function peerText(peer: SecurityRuleState['peer']): string {
  if (peer.kind === 'group') return peer.groupId
  return peer.kind === 'prefix-list' ? peer.id : peer.cidr
}

/** EC2 answers unknown rules of a VPC's group with an error. */
function revoke(account: AwsAccount, input: Ask, isEgress: boolean): { Return: boolean } {
  const group = requireSecurityGroup(account, input.GroupId)
  const ids = input.SecurityGroupRuleIds
  const rules = ids === undefined ? rulesOf(input, isEgress) : undefined
  const going = group.rules.filter(
    (one) =>
      one.isEgress === isEgress &&
      (ids?.includes(one.id) ?? rules?.some((spec) => isSameRule(spec, one))),
  )
  if (going.length < (ids ?? rules ?? []).length) {
    const text = 'The specified rule does not exist in this security group.'
    throw awsError('InvalidPermission.NotFound', text)
  }
  endDryRun(input)
  for (const rule of going) group.rules.splice(group.rules.indexOf(rule), 1)
  return { Return: true }
}

function ruleView(
  account: AwsAccount,
  group: SecurityGroupState,
  rule: SecurityRuleState,
): Sdk.SecurityGroupRule {
  const { peer } = rule
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    GroupOwnerId: account.accountId,
    IsEgress: rule.isEgress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort ?? -1,
    ToPort: rule.toPort ?? -1,
    ...(peer.kind === 'ipv4' ? { CidrIpv4: peer.cidr } : {}),
    ...(peer.kind === 'ipv6' ? { CidrIpv6: peer.cidr } : {}),
    ...(peer.kind === 'prefix-list' ? { PrefixListId: peer.id } : {}),
    ...(peer.kind === 'group'
      ? { ReferencedGroupInfo: { GroupId: peer.groupId, UserId: account.accountId } }
      : {}),
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    Tags: tagList(rule.tags),
  }
}

function describeSecurityGroupRules(
  account: AwsAccount,
  input: Sdk.DescribeSecurityGroupRulesRequest,
): Sdk.DescribeSecurityGroupRulesResult {
  const ids = input.SecurityGroupRuleIds ?? []
  const all = [...account.network.securityGroups.values()].flatMap((group) =>
    group.rules.map((rule) => ({ group, rule })),
  )
  const unknown = ids.find((id) => !all.some(({ rule }) => rule.id === id))
  if (unknown !== undefined) {
    const text = `The security group rule ID '${unknown}' does not exist`
    throw awsError('InvalidSecurityGroupRuleId.NotFound', text)
  }
  const found = all.filter(
    ({ group, rule }) =>
      (ids.length === 0 || ids.includes(rule.id)) &&
      matchesFilters(input.Filters, rule.tags, {
        'group-id': group.id,
        'security-group-rule-id': rule.id,
      }),
  )
  return { SecurityGroupRules: found.map(({ group, rule }) => ruleView(account, group, rule)) }
}

/** Operations on rules. */
export const securityRuleOperations = {
  authorizeSecurityGroupEgress: (
    account: AwsAccount,
    input: Sdk.AuthorizeSecurityGroupEgressRequest,
  ): Sdk.AuthorizeSecurityGroupEgressResult => authorize(account, input, true),
  authorizeSecurityGroupIngress: (
    account: AwsAccount,
    input: Sdk.AuthorizeSecurityGroupIngressRequest,
  ): Sdk.AuthorizeSecurityGroupIngressResult => authorize(account, input, false),
  describeSecurityGroupRules,
  revokeSecurityGroupEgress: (
    account: AwsAccount,
    input: Sdk.RevokeSecurityGroupEgressRequest,
  ): Sdk.RevokeSecurityGroupEgressResult => revoke(account, input, true),
  revokeSecurityGroupIngress: (
    account: AwsAccount,
    input: Sdk.RevokeSecurityGroupIngressRequest,
  ): Sdk.RevokeSecurityGroupIngressResult => revoke(account, input, false),
}
