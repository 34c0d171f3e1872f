/** PDB-2: workloads that come back to a node that is being emptied. Check layer, pure. */

import type { ClusterRule } from '../rule.ts'

/** DaemonSets are meant to. */
export const pdb2: ClusterRule = {
  id: 'PDB-2',
  scope: 'cluster',
  find: ({ live }) =>
    (live?.tolerateAll ?? []).map((workload) => ({
      member: 'name',
      about: workload,
      values: { workload },
    })),
}
