/** ClusterRoles that every cluster has, and those that take over the rules of others. Twin layer. */

import table from '../../../../../data/kube-cluster-roles.json' with { type: 'json' }
import type { KubeKind, KubeObject, LabelSelector } from '../../../../world/kube-objects.ts'
import { matcherOf } from '../../../kube/selectors.ts'
import type { KubeStore } from '../../../kube/store.ts'
import { type JsonObject, listAt } from '../schema/own.ts'

const clusterRole = 'ClusterRole' as KubeKind

/** Adds `cluster-admin`, `admin`, `edit` and `view` where a world does not bring them along. */
export function addClusterRoles(store: KubeStore): void {
  for (const [name, { labels, ...rest }] of Object.entries(table.roles)) {
    if (store.get(clusterRole, undefined, name) !== undefined) continue
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }
    const object = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name, labels, annotations },
      ...rest,
    }
    store.create(clusterRole, object as unknown as KubeObject)
  }
}

/** The rules of a ClusterRole with those that it aggregates; none for one that is not there. */
export function clusterRoleRules(
  store: KubeStore,
  name: string,
  seen: ReadonlySet<string> = new Set(),
): readonly JsonObject[] {
  const role = store.get(clusterRole, undefined, name)
  if (role === undefined || seen.has(name)) return []
  const own = listAt(role, 'rules') as readonly JsonObject[]
  const selectors = listAt(role, 'aggregationRule', 'clusterRoleSelectors')
  if (selectors.length === 0) return own
  const passed = new Set([...seen, name])
  const parts = store
    .list(clusterRole)
    .filter(({ metadata }) =>
      selectors.some((one) => matcherOf(one as LabelSelector)(metadata.labels ?? {})),
    )
  return [...own, ...parts.flatMap((one) => clusterRoleRules(store, one.metadata.name, passed))]
}
