/** Rows of the catalogue that no rule decides offline, and why. Check layer, data. */

import type { CatalogueRow } from './catalogue.ts'

const policies = 'needs the policies of the account'
const network = 'needs the subnets, routes and endpoints of the account'
const workloads = 'needs the workloads of the cluster'

/** Reason by id; each becomes decidable with facts of a live account or cluster. */
const reasons: Readonly<Record<string, string>> = {
  'AMI-5': 'needs the architecture of the image: DescribeImages',
  'AMI-8': 'needs the date and the kubelet of the image: DescribeImages',
  'AMI-10': 'no input that check reads holds a warm pool',
  'IAM-1': policies,
  'IAM-2': policies,
  'IAM-3': policies,
  'IAM-4': 'needs the self-managed nodes of the account',
  'LT-15': 'needs the tags of the security groups: DescribeSecurityGroups',
  'LT-16': 'needs policy and grants of the KMS key',
  'LT-17': workloads,
  'LT-20': network,
  'LT-23': 'needs to look up what the template names in the Region',
  'LT-24': policies,
  'NET-1': network,
  'NET-2': network,
  'NET-3': network,
  'NET-4': workloads,
  'NET-5': network,
  'NET-6': network,
  'PDB-1': 'needs the PodDisruptionBudgets of the cluster',
  'PDB-2': workloads,
  'SEED-19': 'about the command line of a drain; no input that check reads holds one',
}

/** Why `check` says nothing of a row by itself; undefined when a rule decides it. */
export function undecidedReason({ covers = [], id }: CatalogueRow): string | undefined {
  if (Object.hasOwn(reasons, id)) return reasons[id]
  return covers.length === 0 ? undefined : `reported as ${covers.join(', ')}`
}
