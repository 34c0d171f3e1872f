/** The rights of RBAC that a migration uses: docs/kubernetes.md as data. Kube layer, pure. */

import type { KubeKind } from '../world/kube-objects.ts'
import type { KubeVerb } from './request.ts'

/** One verb on one resource. */
export interface Right {
  readonly verb: KubeVerb
  readonly kind: KubeKind
  readonly subresource?: string
  /** Undefined = in every namespace, or at the cluster scope. */
  readonly namespace?: string
}

const seen = ['list', 'watch'] as const
const everywhere: readonly (readonly [KubeKind, readonly KubeVerb[]])[] = [
  ['Node', ['get', ...seen, 'patch', 'delete']],
  ['Pod', seen],
  ['Service', seen],
  ['PersistentVolume', seen],
  ['ReplicaSet', seen],
  ['StatefulSet', seen],
  ['PodDisruptionBudget', seen],
  ['VolumeAttachment', seen],
  ['ValidatingWebhookConfiguration', seen],
  ['MutatingWebhookConfiguration', seen],
]
const inSystem: readonly (readonly [KubeKind, readonly KubeVerb[]])[] = [
  ['ConfigMap', [...seen, 'create', 'patch', 'delete']],
  ['Deployment', [...seen, 'patch']],
  ['Lease', ['get', 'create', 'update']],
]
const namespace = 'kube-system'

/** All of them. */
export const migrationRights: readonly Right[] = [
  ...everywhere.flatMap(([kind, verbs]) => verbs.map((verb) => ({ verb, kind }))),
  { verb: 'create', kind: 'Pod', subresource: 'eviction' },
  ...inSystem.flatMap(([kind, verbs]) => verbs.map((verb) => ({ verb, kind, namespace }))),
]

/** Those that only look. */
export const readingRights: readonly Right[] = migrationRights.filter(({ verb }) =>
  ['get', 'list', 'watch'].includes(verb),
)
