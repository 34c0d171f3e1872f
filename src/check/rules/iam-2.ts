/** IAM-2: a node role without what nodes need. Check layer, pure. */

import type { LiveRole } from '../live/live-facts.ts'
import type { GroupRule } from '../rule.ts'

interface Need {
  /** As the message names it. */
  readonly name: string
  /** AWS's own policies that meet it. */
  readonly policies: readonly string[]
  /** An action that a policy of the account's own must allow to meet it. */
  readonly action: string
}

const everything = ['AdministratorAccess']
const node: Need = {
  name: 'AmazonEKSWorkerNodePolicy',
  policies: ['AmazonEKSWorkerNodePolicy', 'AmazonEKSWorkerNodeMinimalPolicy', ...everything],
  action: 'ec2:DescribeInstances',
}
const images: Need = {
  name: 'AmazonEC2ContainerRegistryPullOnly',
  policies: [
    'AmazonEC2ContainerRegistryFullAccess',
    'AmazonEC2ContainerRegistryPowerUser',
    'AmazonEC2ContainerRegistryPullOnly',
    'AmazonEC2ContainerRegistryReadOnly',
    'PowerUserAccess',
    ...everything,
  ],
  action: 'ecr:BatchGetImage',
}
const addresses: Need = {
  name: 'AmazonEKS_CNI_Policy',
  policies: ['AmazonEKS_CNI_Policy', 'AmazonEC2FullAccess', 'PowerUserAccess', ...everything],
  action: 'ec2:AttachNetworkInterface',
}
/** There is no policy of AWS's own for IPv6 addresses. */
const addresses6: Need = {
  name: 'a policy that allows ec2:AssignIpv6Addresses',
  policies: ['AmazonEC2FullAccess', 'PowerUserAccess', ...everything],
  action: 'ec2:AssignIpv6Addresses',
}

/** Addresses for pods only where the CNI add-on is known to have no role of its own. */
export const iam2: GroupRule = {
  id: 'IAM-2',
  scope: 'group',
  find: ({ nodeRole }, { cluster }) => {
    const { cluster: present, roles } = cluster.live ?? {}
    const role = roles?.get(nodeRole ?? '')
    if (nodeRole === undefined || role === undefined || role === 'missing') return []
    const forPods = present?.ipFamily === 'ipv6' ? addresses6 : addresses
    const needs = [node, images, ...(present?.cniHasOwnRole === false ? [forPods] : [])]
    const missing = needs.filter((need) => !isMet(need, role)).map(({ name }) => name)
    if (missing.length === 0) return []
    const values = { role: nodeRole, policies: missing.join(', ') }
    return [{ member: 'nodeRole', about: nodeRole, values }]
  },
}

function isMet({ action, policies }: Need, role: Exclude<LiveRole, 'missing'>): boolean {
  return (
    role.managedPolicies.some((name) => policies.includes(name)) ||
    role.ownActions.some((pattern) => allows(pattern, action))
  )
}

/** `ec2:Describe*`, in any case; actions of IAM have `*` and `?`. */
function allows(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  const literal = parts.map((text) =>
    text.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('?', '.'),
  )
  return new RegExp(`^${literal.join('.*')}$`).test(action.toLowerCase())
}
