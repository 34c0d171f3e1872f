/** Parts of the world, and the rules that are open when one was not seen. Check layer, data. */

/** Parts that are read on their own. */
export type Concern =
  | 'cluster'
  | 'cni'
  | 'images'
  | 'keyPairs'
  | 'nodeGroups'
  | 'offerings'
  | 'placementGroups'
  | 'releases'
  | 'roles'
  | 'routes'
  | 'securityGroups'
  | 'subnets'
  | 'budgets'
  | 'pods'
  | 'volumes'
  | 'workloads'

/** A part that could not be read. */
export interface Unseen {
  readonly concern: Concern
  /** The call as it is granted: `ec2:DescribeSubnets`, `list poddisruptionbudgets.policy`. */
  readonly action: string
  /** What the world said. */
  readonly reason: string
  /** `refused`: a missing permission, `failed`: anything else, `skipped`: the caller wanted it so. */
  readonly kind: 'failed' | 'refused' | 'skipped'
}

/** Ids by concern; without its cluster nothing of its network is known either. */
export const rulesOfConcern: Readonly<Record<Concern, readonly string[]>> = {
  cluster: [
    'VER-1',
    'VER-2',
    'VER-4',
    'VER-5',
    'LT-14',
    'NET-1',
    'NET-2',
    'NET-3',
    'NET-4',
    'NET-5',
    'LT-20',
    'AMI-6',
  ],
  cni: ['IAM-2'],
  images: ['AMI-5', 'AMI-8', 'LT-23'],
  keyPairs: ['LT-23'],
  nodeGroups: ['SCL-2', 'SCL-3', 'SCL-6', 'NAM-1', 'VER-4'],
  offerings: ['AMI-6'],
  placementGroups: ['LT-23'],
  releases: ['VER-3'],
  roles: ['IAM-1', 'IAM-2'],
  routes: ['NET-1', 'NET-5', 'LT-20'],
  securityGroups: ['LT-15', 'LT-23'],
  subnets: ['NET-1', 'NET-2', 'NET-3', 'NET-4', 'NET-5', 'LT-20', 'AMI-6'],
  budgets: ['PDB-1'],
  pods: ['LT-17', 'PDB-1'],
  volumes: ['NET-4'],
  workloads: ['PDB-2'],
}
