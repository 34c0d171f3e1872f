/** Members of a bootstrap as readers fill them in. Nodes layer, pure. */

import type { Bootstrap, ClusterFacts } from './bootstrap.ts'

/** Facts that are not told become empty texts: a fault of the bootstrap, not of the reader. */
export function completeFacts(facts: Partial<ClusterFacts>): ClusterFacts {
  return { name: '', endpoint: '', certificateAuthority: '', serviceCidr: '', ...facts }
}

/** A taint without value, as the API and NodeConfig spell it. */
export function withoutEmptyValue(taint: Bootstrap['taints'][number]): Bootstrap['taints'][number] {
  const { effect, key, value } = taint
  return value === undefined || value === '' ? { key, effect } : { key, value, effect }
}

/** A member of a bootstrap that is absent when it is empty. */
export function listed<Key extends string, Item>(
  key: Key,
  items: readonly Item[],
): Partial<Record<Key, readonly Item[]>> {
  if (items.length === 0) return {}
  return { [key]: items } as Partial<Record<Key, readonly Item[]>>
}
