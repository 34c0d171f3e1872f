/** Preconditions of writes and the text of their 409. Twin layer. */

import type { Preconditions } from '../../world/kube-api.ts'
import type { KubeKind, KubeObjectOf } from '../../world/kube-objects.ts'

/** Text of the 409 when a precondition does not hold; undefined when all hold. */
export function preconditionFault(
  kind: KubeKind,
  metadata: KubeObjectOf<KubeKind>['metadata'],
  guards: Preconditions,
): string | undefined {
  const head = `Operation cannot be fulfilled on ${kind} "${metadata.name}": `
  if (guards.uid !== undefined && guards.uid !== metadata.uid) {
    return (
      `${head}the UID in the precondition (${guards.uid}) does not match the UID in record ` +
      `(${metadata.uid}). The object might have been deleted and then recreated`
    )
  }
  if (guards.resourceVersion !== undefined && guards.resourceVersion !== metadata.resourceVersion) {
    return (
      `${head}the ResourceVersion in the precondition (${guards.resourceVersion}) does not match the ` +
      `ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`
    )
  }
  return undefined
}
