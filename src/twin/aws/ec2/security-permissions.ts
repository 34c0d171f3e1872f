/** Rules of security groups as EC2's permissions, both ways. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { SecurityGroupState, SecurityPeer, SecurityRuleState } from './network-state.ts'

/** A rule before it has an id. */
export type RuleSpec = Omit<SecurityRuleState, 'id' | 'tags'>

/** One permission per protocol and ports, with all its peers. */
export function permissionsOf(
  account: AwsAccount,
  group: SecurityGroupState,
  isEgress: boolean,
): Sdk.IpPermission[] {
  const byPorts = new Map<string, SecurityRuleState[]>()
  for (const rule of group.rules) {
    if (rule.isEgress !== isEgress) continue
    const key = `${rule.protocol}/${rule.fromPort}/${rule.toPort}`
    byPorts.set(key, [...(byPorts.get(key) ?? []), rule])
  }
  return [...byPorts.values()].map((rules) => {
    const [first] = rules
    return {
      IpProtocol: first?.protocol ?? '-1',
      ...(first?.fromPort === undefined ? {} : { FromPort: first.fromPort }),
      ...(first?.toPort === undefined ? {} : { ToPort: first.toPort }),
      IpRanges: rules.flatMap(({ description, peer }) =>
        peer.kind === 'ipv4' ? [{ CidrIp: peer.cidr, ...described(description) }] : [],
      ),
      Ipv6Ranges: rules.flatMap(({ description, peer }) =>
        peer.kind === 'ipv6' ? [{ CidrIpv6: peer.cidr, ...described(description) }] : [],
      ),
      PrefixListIds: rules.flatMap(({ description, peer }) =>
        peer.kind === 'prefix-list' ? [{ PrefixListId: peer.id, ...described(description) }] : [],
      ),
      UserIdGroupPairs: rules.flatMap(({ description, peer }) =>
        peer.kind === 'group'
          ? [{ GroupId: peer.groupId, UserId: account.accountId, ...described(description) }]
          : [],
      ),
    }
  })
}

function described(Description: string | undefined): { Description?: string } {
  return Description === undefined ? {} : { Description }
}

/** What a call to authorize or revoke names, with the short forms of one rule. */
export interface PermissionInput {
  readonly IpPermissions?: readonly Sdk.IpPermission[] | undefined
  readonly IpProtocol?: string | undefined
  readonly FromPort?: number | undefined
  readonly ToPort?: number | undefined
  readonly CidrIp?: string | undefined
  readonly SourceSecurityGroupName?: string | undefined
}

/** One rule per peer. @throws RegroupError InvalidParameterValue, MissingParameter. */
export function rulesOf(input: PermissionInput, isEgress: boolean): readonly RuleSpec[] {
  const short = {
    ...(input.IpProtocol === undefined ? {} : { IpProtocol: input.IpProtocol }),
    ...(input.FromPort === undefined ? {} : { FromPort: input.FromPort }),
    ...(input.ToPort === undefined ? {} : { ToPort: input.ToPort }),
    ...(input.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: input.CidrIp }] }),
  }
  const permissions = input.IpPermissions ?? (input.IpProtocol === undefined ? [] : [short])
  const rules = permissions.flatMap((permission) => {
    const protocol = protocolOf(permission.IpProtocol)
    const hasPorts = protocol !== '-1'
    return peersOf(permission).map(({ description, peer }) => ({
      isEgress,
      protocol,
      fromPort: hasPorts ? permission.FromPort : undefined,
      toPort: hasPorts ? permission.ToPort : undefined,
      peer,
      description,
    }))
  })
  if (rules.length > 0) return rules
  throw awsError('MissingParameter', 'The request must contain the parameter ipPermissions')
}

const numbers: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp' }

function protocolOf(text: string | undefined): string {
  const protocol = text === 'all' ? '-1' : (numbers[text ?? ''] ?? text ?? '')
  if (/^(-1|tcp|udp|icmp|icmpv6|\d{1,3})$/.test(protocol)) return protocol
  throw awsError('InvalidParameterValue', `Invalid value '${text}' for IP protocol.`)
}

function peersOf(
  permission: Sdk.IpPermission,
): readonly { readonly peer: SecurityPeer; readonly description: string | undefined }[] {
  return [
    ...(permission.IpRanges ?? []).map((one) => ({
      peer: { kind: 'ipv4' as const, cidr: one.CidrIp ?? '' },
      description: one.Description,
    })),
    ...(permission.Ipv6Ranges ?? []).map((one) => ({
      peer: { kind: 'ipv6' as const, cidr: one.CidrIpv6 ?? '' },
      description: one.Description,
    })),
    ...(permission.UserIdGroupPairs ?? []).map((one) => ({
      peer: { kind: 'group' as const, groupId: one.GroupId ?? '' },
      description: one.Description,
    })),
    ...(permission.PrefixListIds ?? []).map((one) => ({
      peer: { kind: 'prefix-list' as const, id: one.PrefixListId ?? '' },
      description: one.Description,
    })),
  ]
}

/** Protocol, ports, direction and peer make a rule; its description does not. */
export function isSameRule(a: RuleSpec, b: RuleSpec): boolean {
  const keyOf = (one: RuleSpec): string =>
    JSON.stringify([one.isEgress, one.protocol, one.fromPort, one.toPort, one.peer])
  return keyOf(a) === keyOf(b)
}
