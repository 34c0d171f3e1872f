/** The objects of one cluster: versions, indexes and synchronous subscriptions. Twin layer. */

import { assert } from '../../world/assert.ts'
import type { KubeKind, KubeObject, KubeObjectOf, Pod } from '../../world/kube-objects.ts'
import type { Kernel } from '../kernel/kernel.ts'

/** One change; `previous` is absent for ADDED. Objects are immutable and may be kept. */
export interface StoreEvent<K extends KubeKind = KubeKind> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly kind: K
  readonly object: KubeObjectOf<K>
  readonly previous?: KubeObjectOf<K>
  readonly resourceVersion: number
}

/** Gets every change, in order, inside the event that made it. It must not throw. */
export type StoreListener = (event: StoreEvent) => void

/** `namespace/name`, or `/name` for cluster-scoped objects. */
export function objectKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`
}

const noPods: ReadonlyMap<string, Pod> = new Map()

/**
 * A plain object store without any rule of the API server: admission, graceful deletion, patches and
 * validation live in front of it. Writers hand in whole new objects.
 */
export class KubeStore {
  private readonly kernel: Kernel
  private readonly uidScope: string
  private readonly objects = new Map<KubeKind, Map<string, KubeObject>>()
  private readonly sortedKeys = new Map<KubeKind, readonly string[]>()
  /** Replaced as a whole, so that an event goes to those who listened when it happened. */
  private listeners: readonly StoreListener[] = []
  private readonly podIndex = {
    node: new Map<string, Map<string, Pod>>(),
    namespace: new Map<string, Map<string, Pod>>(),
    controller: new Map<string, Map<string, Pod>>(),
  }
  private version = 1

  constructor(kernel: Kernel, clusterName: string) {
    this.kernel = kernel
    this.uidScope = `uid/${clusterName}`
  }

  /** The store's resourceVersion: that of the newest change. */
  get resourceVersion(): number {
    return this.version
  }

  /** Calls `listener` for every later change; returns the way to stop it. */
  subscribe(listener: StoreListener): () => void {
    this.listeners = [...this.listeners, listener]
    return () => {
      this.listeners = this.listeners.filter((one) => one !== listener)
    }
  }

  get<K extends KubeKind>(
    kind: K,
    namespace: string | undefined,
    name: string,
  ): KubeObjectOf<K> | undefined {
    return this.objects.get(kind)?.get(objectKey(namespace, name)) as KubeObjectOf<K> | undefined
  }

  /** All objects of a kind by namespace, then name, as the API server lists them. */
  list<K extends KubeKind>(kind: K): readonly KubeObjectOf<K>[] {
    const ofKind = this.objects.get(kind)
    if (ofKind === undefined) return []
    let keys = this.sortedKeys.get(kind)
    if (keys === undefined) {
      keys = [...ofKind.keys()].sort()
      this.sortedKeys.set(kind, keys)
    }
    return keys.map((key) => ofKind.get(key)) as unknown as readonly KubeObjectOf<K>[]
  }

  /** Every kind that was ever stored. */
  kinds(): readonly KubeKind[] {
    return [...this.objects.keys()]
  }

  /** The objects of a kind in order of creation; cheaper than {@link list}, do not keep it. */
  values<K extends KubeKind>(kind: K): Iterable<KubeObjectOf<K>> {
    return (this.objects.get(kind)?.values() ?? []) as Iterable<KubeObjectOf<K>>
  }

  count(kind: KubeKind): number {
    return this.objects.get(kind)?.size ?? 0
  }

  /** Pods bound to a node, by key. */
  podsOnNode(nodeName: string): ReadonlyMap<string, Pod> {
    return this.podIndex.node.get(nodeName) ?? noPods
  }

  podsInNamespace(namespace: string): ReadonlyMap<string, Pod> {
    return this.podIndex.namespace.get(namespace) ?? noPods
  }

  /** Pods whose controller owner reference has this uid. */
  podsOfController(uid: string): ReadonlyMap<string, Pod> {
    return this.podIndex.controller.get(uid) ?? noPods
  }

  /** Adds an object; fills uid, resourceVersion, creationTimestamp and generation where absent. */
  create<K extends KubeKind>(kind: K, object: KubeObjectOf<K>): KubeObjectOf<K> {
    const { metadata } = object
    const key = objectKey(metadata.namespace, metadata.name)
    assert(this.get(kind, metadata.namespace, metadata.name) === undefined, `${kind} ${key} is new`)
    this.version += 1
    const stored = {
      ...object,
      metadata: {
        ...metadata,
        uid: metadata.uid ?? this.kernel.uuid(this.uidScope),
        resourceVersion: String(this.version),
        creationTimestamp: metadata.creationTimestamp ?? this.kernel.nowText(),
        generation: metadata.generation ?? 1,
      },
    } as KubeObjectOf<K>
    this.put(kind, key, stored)
    this.emit({ type: 'ADDED', kind, object: stored, resourceVersion: this.version })
    return stored
  }

  /**
   * Replaces an object by a changed copy; raises the generation when `spec` is another object. An
   * unchanged reference is no write and returns the stored object.
   */
  replace<K extends KubeKind>(
    kind: K,
    object: KubeObjectOf<K>,
    isGenerationRaised = false,
  ): KubeObjectOf<K> {
    const { namespace, name } = object.metadata
    const previous = this.get(kind, namespace, name)
    assert(previous !== undefined, `${kind} ${objectKey(namespace, name)} exists`)
    if (previous === object) return previous
    this.version += 1
    const raised = withGeneration(previous, object, isGenerationRaised)
    const stored = {
      ...raised,
      metadata: { ...raised.metadata, resourceVersion: String(this.version) },
    } as KubeObjectOf<K>
    this.put(kind, objectKey(namespace, name), stored)
    this.emit({ type: 'MODIFIED', kind, object: stored, previous, resourceVersion: this.version })
    return stored
  }

  /** Removes an object; undefined when there was none. */
  remove<K extends KubeKind>(
    kind: K,
    namespace: string | undefined,
    name: string,
  ): KubeObjectOf<K> | undefined {
    const previous = this.get(kind, namespace, name)
    if (previous === undefined) return undefined
    this.version += 1
    const key = objectKey(namespace, name)
    this.objects.get(kind)?.delete(key)
    this.sortedKeys.delete(kind)
    if (kind === 'Pod') this.reindexPod(key, previous as Pod, undefined)
    const object = {
      ...previous,
      metadata: { ...previous.metadata, resourceVersion: String(this.version) },
    } as KubeObjectOf<K>
    this.emit({ type: 'DELETED', kind, object, previous, resourceVersion: this.version })
    return object
  }

  private put(kind: KubeKind, key: string, object: KubeObject): void {
    let ofKind = this.objects.get(kind)
    if (ofKind === undefined) {
      ofKind = new Map()
      this.objects.set(kind, ofKind)
    }
    const previous = ofKind.get(key)
    ofKind.set(key, object)
    if (previous === undefined) this.sortedKeys.delete(kind)
    if (kind === 'Pod') this.reindexPod(key, previous as Pod | undefined, object as Pod)
  }

  private reindexPod(key: string, previous: Pod | undefined, pod: Pod | undefined): void {
    const { node, namespace, controller } = this.podIndex
    if (previous !== undefined) {
      removeFrom(namespace, previous.metadata.namespace ?? '', key)
      removeFrom(node, previous.spec.nodeName, key)
      removeFrom(controller, controllerUid(previous), key)
    }
    if (pod === undefined) return
    addTo(namespace, pod.metadata.namespace ?? '', { key, pod })
    addTo(node, pod.spec.nodeName, { key, pod })
    addTo(controller, controllerUid(pod), { key, pod })
  }

  private emit(event: StoreEvent): void {
    for (const listener of this.listeners) listener(event)
  }
}

function controllerUid(pod: Pod): string | undefined {
  return pod.metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid
}

type PodsBy = Map<string, Map<string, Pod>>

function addTo(index: PodsBy, value: string | undefined, entry: { key: string; pod: Pod }): void {
  if (value === undefined) return
  const pods = index.get(value)
  if (pods === undefined) index.set(value, new Map([[entry.key, entry.pod]]))
  else pods.set(entry.key, entry.pod)
}

function removeFrom(index: PodsBy, value: string | undefined, key: string): void {
  if (value === undefined) return
  const pods = index.get(value)
  pods?.delete(key)
  if (pods?.size === 0) index.delete(value)
}

/** The generation rises with the spec, and once more when the object starts to go. */
export function withGeneration<T extends KubeObject>(previous: T, object: T, isRaised: boolean): T {
  const isGoing =
    previous.metadata.deletionTimestamp === undefined &&
    object.metadata.deletionTimestamp !== undefined
  const isSpecChanged = specOf(previous) !== specOf(object)
  const step = (isSpecChanged || isRaised ? 1 : 0) + (isGoing ? 1 : 0)
  const generation = (previous.metadata.generation ?? 1) + step
  return { ...object, metadata: { ...object.metadata, generation } }
}

function specOf(object: KubeObject): unknown {
  return 'spec' in object ? object.spec : undefined
}
