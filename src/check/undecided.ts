/** Rows of the catalogue that no rule decides offline, and why. Check layer, data. */

import type { CatalogueRow } from './catalogue.ts'

const live = 'asked of AWS or the cluster with `--live`'
const policies = 'needs the policies of the account'
const network = 'needs the subnets, routes and endpoints of the account'

/** Reason by id; `live` ones have rules that are quiet without `--live`. */
const reasons: Readonly<Record<string, string>> = {
  'AMI-5': live,
  'AMI-8': live,
  'AMI-10': 'no input that check reads holds a warm pool',
  'IAM-1': live,
  'IAM-2': live,
  'IAM-3': policies,
  'IAM-4': 'needs the self-managed nodes of the account',
  'LT-15': live,
  'LT-16': 'needs policy and grants of the KMS key',
  'LT-17': live,
  'LT-20': live,
  'LT-23': live,
  'LT-24': policies,
  'NET-1': live,
  'NET-2': live,
  'NET-3': live,
  'NET-4': live,
  'NET-5': live,
  'NET-6': network,
  'PDB-1': live,
  'PDB-2': live,
  'SEED-19': 'about the command line of a drain; no input that check reads holds one',
}

/** Why `check` says nothing of a row by itself; undefined when a rule decides it. */
export function undecidedReason({ covers = [], id }: CatalogueRow): string | undefined {
  if (Object.hasOwn(reasons, id)) return reasons[id]
  return covers.length === 0 ? undefined : `reported as ${covers.join(', ')}`
}
