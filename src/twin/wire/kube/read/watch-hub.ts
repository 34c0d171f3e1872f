/** Fans the store's changes out to watchers: every event is written once, whoever watches. Twin layer. */

import type { KubeKind, KubeObject } from '../../../../world/kube-objects.ts'
import type { KubeStore, StoreEvent } from '../../../kube/store.ts'

/** A change, with the state in which an object leaves a selection. */
export interface HubEvent {
  readonly event: StoreEvent
  /** The previous state under the new version; made once for all watchers. */
  readonly departed: () => KubeObject
}

/** Gets every change of its kind, in order. */
export type HubListener = (event: HubEvent) => void

/** Watches of one cluster. */
export class WatchHub {
  private readonly listeners = new Map<KubeKind, Set<HubListener>>()
  private total = 0

  constructor(store: KubeStore) {
    store.subscribe((event) => {
      const ofKind = this.listeners.get(event.kind)
      if (ofKind === undefined || ofKind.size === 0) return
      const shared = hubEvent(event)
      for (const listener of [...ofKind]) listener(shared)
    })
  }

  /** Watches open now. */
  get count(): number {
    return this.total
  }

  /** Adds a watcher; returns the way to take it off, idempotent. */
  add(kind: KubeKind, listener: HubListener): () => void {
    let ofKind = this.listeners.get(kind)
    if (ofKind === undefined) {
      ofKind = new Set()
      this.listeners.set(kind, ofKind)
    }
    const own = ofKind
    own.add(listener)
    this.total += 1
    return () => {
      if (own.delete(listener)) this.total -= 1
    }
  }
}

/** A change as watchers share it. */
export function hubEvent(event: StoreEvent): HubEvent {
  let departed: KubeObject | undefined
  return {
    event,
    departed: () => {
      const last = event.previous ?? event.object
      const resourceVersion = String(event.resourceVersion)
      departed ??= { ...last, metadata: { ...last.metadata, resourceVersion } } as KubeObject
      return departed
    },
  }
}
