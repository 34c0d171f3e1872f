/** A pod that needs a human, with all that the human needs to know. Decide layer, pure. */

import type { DrainPod } from '../drain/view.ts'
import type { Blocker } from './decision.ts'
import type { OldNode } from './move-state.ts'

/** The blocker of a pod on an old node. */
export function podBlocker(
  pod: DrainPod,
  one: OldNode,
  why: Pick<Blocker, 'code' | 'reason' | 'remedy' | 'command'>,
): Blocker {
  const { code, command, reason, remedy } = why
  return {
    code,
    object: pod.key,
    reason,
    remedy,
    ...(pod.ownerName === undefined
      ? {}
      : { owner: `${ownerWords[pod.ownerKind]}${pod.ownerName}` }),
    nodeName: one.node.name,
    ...(one.cordonedAtMs === undefined ? {} : { sinceMs: one.cordonedAtMs }),
    command: command ?? `kubectl -n ${pod.namespace} describe pod ${pod.name}`,
  }
}

const ownerWords: Readonly<Record<DrainPod['ownerKind'], string>> = {
  'daemon-set': 'DaemonSet ',
  job: 'Job ',
  none: '',
  other: '',
  'replica-set': 'ReplicaSet ',
  'stateful-set': 'StatefulSet ',
}
