/** Which part of AWS an action changes: it is read anew at the next tick. Run layer. */

import type { ActionKind } from '../decide/action.ts'
import type { AwsConcern } from '../observe/aws-observer.ts'

const concernByKind: Readonly<Partial<Record<ActionKind, AwsConcern>>> = {
  'create-node-group': 'nodeGroups',
  'delete-group': 'groups',
  'delete-warm-pool': 'groups',
  'fence-group': 'groups',
  'lower-minimum': 'groups',
  'mark-empty': 'groups',
  'restore-group': 'groups',
  'scale-up': 'groups',
  terminate: 'groups',
  'update-addon': 'addons',
  'update-control-plane': 'control',
  'withdraw-launches': 'groups',
}

/** Undefined for actions in Kubernetes, which watches report. */
export function concernOf(kind: ActionKind): AwsConcern | undefined {
  return concernByKind[kind]
}
