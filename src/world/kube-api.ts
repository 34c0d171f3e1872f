/** The Kubernetes port: few verbs over a closed set of kinds. World layer, types only. */

import type { EvictionResult } from './eviction.ts'
import type { KubeKind, KubeObjectOf } from './kube-objects.ts'

/** Name of an object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  readonly namespace?: string | undefined
  readonly name: string
}

/** Answer of a list: the objects in (namespace, name) order and the store's resourceVersion. */
export interface KubeList<K extends KubeKind> {
  readonly resourceVersion: string
  readonly items: readonly KubeObjectOf<K>[]
}

/** Selectors as in kubectl; an absent one selects everything. */
export interface ListOptions<K extends KubeKind = KubeKind> {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /**
   * Applied to each object as it arrives, before the next one is read, so that a big list never stands in
   * memory as a whole. Must keep all that the caller reads; a port that shares its objects may leave it out.
   */
  transform?(object: KubeObjectOf<K>): KubeObjectOf<K>
}

/** One change seen by a watch; `object` of DELETED is the last state. */
export interface WatchEvent<K extends KubeKind> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObjectOf<K>
}

/** `expired`: list again (410). `closed`: watch again from the last version seen. */
export type WatchEnd = 'expired' | 'closed' | 'stopped'

/** A running watch. */
export interface Watch {
  /** Settles when the watch is over; rejects with a RegroupError when the connection failed. */
  readonly ended: Promise<WatchEnd>
  /** Settles when the server has accepted the watch; absent = at once. */
  readonly opened?: Promise<void>
  /** Newest version heard of, bookmarks included; absent = that of the last event. */
  readonly resourceVersion?: string
  /** Ends it; idempotent. No event is delivered afterwards. */
  stop(): void
}

/** How a patch body is applied: RFC 7386, RFC 6902, or the Kubernetes merge by list keys. */
export type PatchType = 'merge' | 'json' | 'strategic'

/** Guards of a write: it fails with code `conflict` when they do not hold. */
export interface Preconditions {
  readonly uid?: string
  readonly resourceVersion?: string
}

/** Options of a delete. `gracePeriodSeconds` absent = the object's own. */
export interface DeleteOptions {
  readonly preconditions?: Preconditions
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
}

/** Options of an eviction. Regroup always sends the uid and never a grace period. */
export interface EvictOptions {
  readonly uid?: string
  readonly resourceVersion?: string
  readonly gracePeriodSeconds?: number
  readonly dryRun?: boolean
}

/**
 * One cluster's API server. Every call may reject with a RegroupError; a missing object is
 * `undefined` on get and `'gone'` on delete, and code `not-found` on writes.
 */
export interface KubeApi {
  /** Version of the API server, e.g. `v1.35.4`. */
  serverVersion(): Promise<string>
  list<K extends KubeKind>(kind: K, options?: ListOptions<K>): Promise<KubeList<K>>
  get<K extends KubeKind>(kind: K, ref: ObjectRef): Promise<KubeObjectOf<K> | undefined>
  /** Delivers every change after `resourceVersion`, in order, until it ends. */
  watch<K extends KubeKind>(
    kind: K,
    options: { readonly resourceVersion: string } & ListOptions<K>,
    onEvent: (event: WatchEvent<K>) => void,
  ): Watch
  /** Not idempotent: code `already-exists` when the name is taken. */
  create<K extends KubeKind>(kind: K, object: KubeObjectOf<K>): Promise<KubeObjectOf<K>>
  /** Replaces the object; `metadata.resourceVersion`, when set, is a precondition (code `conflict`). */
  update<K extends KubeKind>(kind: K, object: KubeObjectOf<K>): Promise<KubeObjectOf<K>>
  /** A `metadata.resourceVersion` or `metadata.uid` in the body is a precondition (code `conflict`). */
  patch<K extends KubeKind>(
    kind: K,
    ref: ObjectRef,
    patch: { readonly type: PatchType; readonly body: unknown },
  ): Promise<KubeObjectOf<K>>
  delete<K extends KubeKind>(
    kind: K,
    ref: ObjectRef,
    options?: DeleteOptions,
  ): Promise<'deleted' | 'gone'>
  evict(ref: ObjectRef, options?: EvictOptions): Promise<EvictionResult>
}
