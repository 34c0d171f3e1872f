/** What can be read out of user data of unknown origin. Nodes layer, types only. */

import type { StringMap, Taint } from '../world/kube-objects.ts'
import type { ClusterFacts } from './bootstrap.ts'

/** What user data says about the node. `al2` is any bootstrap.sh call, Ubuntu's as well. */
export interface ParsedUserData {
  readonly kind: 'al2' | 'al2023' | 'bottlerocket' | 'windows'
  /** What it names; empty in the merged mode. A name may hold a variable of the shell. */
  readonly cluster: Partial<ClusterFacts>
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  readonly kubelet: Readonly<Record<string, unknown>>
}
