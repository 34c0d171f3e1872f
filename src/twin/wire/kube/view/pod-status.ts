/** Container statuses of pods that the twin runs: it keeps phases and conditions only. Twin layer, pure. */

import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'

/** The pod with a status for every container, as a kubelet would report it; as it is where one did. */
export function withContainerStatuses<T>(pod: T): T {
  if (textAt(pod, 'spec', 'nodeName') === '') return pod
  const status = at(pod, 'status')
  // Only the twin's kubelets write a start time without statuses.
  if (!isJsonObject(status) || textAt(status, 'startTime') === '') return pod
  if (listAt(status, 'containerStatuses').length > 0) return pod
  const isReady = listAt(status, 'conditions').some(
    (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
  )
  const state = stateOf(status)
  if (state === undefined) return pod
  const containerStatuses = listAt(pod, 'spec', 'containers').map((container) => ({
    name: textAt(container, 'name'),
    state,
    lastState: {},
    ready: isReady,
    restartCount: 0,
    image: textAt(container, 'image'),
    imageID: textAt(container, 'image'),
    started: at(state, 'running') !== undefined,
  }))
  return { ...pod, status: { ...status, containerStatuses } }
}

/** Undefined where a kubelet reports nothing yet. */
function stateOf(status: JsonObject): JsonObject | undefined {
  const startedAt = textAt(status, 'startTime')
  switch (textAt(status, 'phase')) {
    case 'Running':
      return { running: { startedAt } }
    case 'Succeeded':
      return { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt: startedAt } }
    default:
      return undefined
  }
}
