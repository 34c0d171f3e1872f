/** What a real cluster holds, as a world's objects and as a cluster that can be looked at. Test support. */

import type { KubeClient } from '../../../src/kube/client.ts'
import { Kernel } from '../../../src/twin/kernel/kernel.ts'
import { KubeCluster } from '../../../src/twin/kube/cluster.ts'
import type { KubeKind, KubeObject } from '../../../src/world/kube-objects.ts'
import { creationOrder } from './api-objects.ts'

/** What decides where pods are and may go; priority classes are everywhere the same. */
const worldKinds: readonly KubeKind[] = [
  ...creationOrder.filter((kind) => kind !== 'PriorityClass'),
  'ReplicaSet',
]
/** Written by the API server for itself. */
const ownNames: readonly string[] = [
  'kube-root-ca.crt',
  'extension-apiserver-authentication',
  'kube-apiserver-legacy-service-account-token-tracking',
]

/** Everything as it stands, born when the world begins. */
export async function worldObjects(
  kube: KubeClient,
  bornAt: string,
): Promise<readonly KubeObject[]> {
  const objects = await objectsOf(kube, worldKinds)
  return objects.map((object) => {
    const { managedFields: _, ...metadata } = object.metadata as unknown as Record<string, unknown>
    return {
      ...object,
      metadata: { ...metadata, creationTimestamp: bornAt },
    } as unknown as KubeObject
  })
}

/** The cluster in a store of the twin, without anything that runs. */
export async function clusterNow(kube: KubeClient, name: string): Promise<KubeCluster> {
  const kernel = new Kernel({ seed: 'snapshot', startMs: Date.now() })
  const cluster = new KubeCluster({ kernel, name, kubernetesVersion: '1.35' })
  const kinds: readonly KubeKind[] = ['ConfigMap', 'Node', 'PodDisruptionBudget', 'Pod', 'Lease']
  for (const object of await objectsOf(kube, kinds)) {
    if (object.kind !== 'Lease' || object.metadata.namespace === 'kube-system') {
      cluster.store.create(object.kind, object as never)
    }
  }
  return cluster
}

async function objectsOf(
  kube: KubeClient,
  kinds: readonly KubeKind[],
): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(kinds.map((kind) => kube.list(kind)))
  return lists
    .flatMap((list) => list.items as readonly KubeObject[])
    .filter((one) => !(one.kind === 'ConfigMap' && ownNames.includes(one.metadata.name)))
}
