/** ReplicaSets that the Deployments of a dump have already. Twin layer. */

import type { Deployment, Pod, ReplicaSet } from '../../world/kube-objects.ts'
import type { KubeCluster } from '../kube/cluster.ts'
import { isOfTemplate, replicaSetOf } from '../kube/controllers/deployment.ts'
import { controllerOf } from '../kube/controllers/pod-maker.ts'
import type { KubeStore } from '../kube/store.ts'

/**
 * The ReplicaSet of a Deployment's present template: from the dump, or, where a dump holds pods but no
 * ReplicaSets, made under the name that the pods' owner reference says.
 */
export class KnownReplicaSets {
  private readonly store: KubeStore
  private readonly byOwner = new Map<string, ReplicaSet[]>()
  /** Names of ReplicaSets that are missing, by `namespace/name`, and a pod of each. */
  private readonly missing = new Map<string, Pod>()

  constructor({ store }: KubeCluster, pods: readonly Pod[]) {
    this.store = store
    for (const set of store.list('ReplicaSet')) {
      const uid = controllerOf(set)?.uid ?? ''
      this.byOwner.set(uid, [...(this.byOwner.get(uid) ?? []), set])
    }
    for (const pod of pods) {
      const owner = controllerOf(pod)
      const { namespace } = pod.metadata
      if (owner?.kind !== 'ReplicaSet' || store.get('ReplicaSet', namespace, owner.name)) continue
      this.missing.set(`${namespace}/${owner.name}`, pod)
    }
  }

  /** Created where there is none. */
  of(deployment: Deployment): ReplicaSet {
    const { name, namespace, uid = '' } = deployment.metadata
    const sets = this.byOwner.get(uid) ?? []
    const found = sets.find((set) => isOfTemplate(set, deployment))
    if (found !== undefined) return found
    const made = replicaSetOf(deployment, deployment.spec.replicas ?? 1)
    const pod = this.orphanOf(deployment)
    const owner = pod === undefined ? undefined : controllerOf(pod)
    if (pod === undefined || owner === undefined) {
      const present = this.store.get('ReplicaSet', namespace, made.metadata.name)
      return present ?? this.store.create('ReplicaSet', made)
    }
    this.missing.delete(`${namespace}/${owner.name}`)
    const hash = owner.name.slice(name.length + 1)
    const labels = { ...made.metadata.labels, 'pod-template-hash': hash }
    const { template } = made.spec
    return this.store.create('ReplicaSet', {
      ...made,
      metadata: { ...made.metadata, name: owner.name, uid: owner.uid, labels },
      spec: { ...made.spec, template: { ...template, metadata: { ...template.metadata, labels } } },
    })
  }

  private orphanOf({ metadata }: Deployment): Pod | undefined {
    const prefix = `${metadata.namespace}/${metadata.name}-`
    for (const [key, pod] of this.missing) {
      if (key.startsWith(prefix) && !key.slice(prefix.length).includes('-')) return pod
    }
    return undefined
  }
}
