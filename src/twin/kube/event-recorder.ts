/** Kubernetes Events, repeats counted on one object. Twin layer. */

import type { KubeObject } from '../../world/kube-objects.ts'
import { hash32 } from '../../world/random.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KubeStore } from './store.ts'

/** One thing to report. */
export interface EventReport {
  readonly about: KubeObject
  readonly reason: string
  readonly message: string
  readonly type: 'Normal' | 'Warning'
  /** Who reports it, as `kubectl describe` shows it under From. */
  readonly component: string
}

/** Creates the Event, or raises the count of the equal one. */
export function recordEvent(kernel: Kernel, store: KubeStore, report: EventReport): void {
  const { about, component, message, reason, type } = report
  const { metadata } = about
  const namespace = metadata.namespace ?? 'default'
  const hash = hash32(`${metadata.uid}/${reason}/${message}`).toString(16).padStart(8, '0')
  const name = `${metadata.name}.${hash}`
  const known = store.get('Event', namespace, name)
  const now = kernel.nowText()
  if (known !== undefined) {
    store.replace('Event', { ...known, count: (known.count ?? 1) + 1, lastTimestamp: now })
    return
  }
  const { uid } = metadata
  store.create('Event', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      kind: about.kind,
      namespace,
      name: metadata.name,
      ...(uid === undefined ? {} : { uid }),
    },
    reason,
    message,
    type,
    source: { component },
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
  })
}
