/** Operators with kinds of their own: they recreate a pod under its name. Twin layer. */

import type { Pod } from '../../../world/kube-objects.ts'
import type { ClusterTwin } from '../../contracts.ts'
import { between } from '../../kernel/draws.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isNamespaceTerminating } from '../admission.ts'
import { operatorAnnotation } from '../annotations.ts'

/** Removal to new pod. */
const delayMs = [1000, 3000] as const

/** Recreates pods that ask for it. */
export function startOperators(kernel: Kernel, cluster: ClusterTwin): void {
  cluster.store.subscribe((event) => {
    if (event.kind !== 'Pod' || event.type !== 'DELETED') return
    const pod = event.object as Pod
    if (pod.metadata.annotations?.[operatorAnnotation] !== 'recreate') return
    const random = kernel.random(`operator/${pod.metadata.uid}`)
    kernel.after(between(random, ...delayMs), 'operator', () => recreate(pod, cluster))
  })
}

function recreate(pod: Pod, cluster: ClusterTwin): void {
  const { annotations, labels, name, namespace, ownerReferences } = pod.metadata
  if (cluster.store.get('Pod', namespace, name) !== undefined) return
  const { nodeName: _, ...spec } = pod.spec
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(labels === undefined ? {} : { labels }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  }
  if (isNamespaceTerminating(namespace ?? '', cluster.store)) return
  cluster.server.create('Pod', { apiVersion: 'v1', kind: 'Pod', metadata, spec }, 'operator')
}
