/** The Kubernetes port of one client of the twin. Twin layer. */

import type { EvictionResult } from '../../world/eviction.ts'
import { evictionResultOf } from '../../world/eviction-result.ts'
import type {
  EvictOptions,
  KubeApi,
  ListOptions,
  ObjectRef,
  Watch,
  WatchEnd,
  WatchEvent,
} from '../../world/kube-api.ts'
import type { KubeKind, KubeObject, KubeObjectOf } from '../../world/kube-objects.ts'
import type { ApiServer } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Session } from '../kernel/session.ts'
import { parseFieldSelector, parseLabelSelector } from './selectors.ts'
import type { KubeStore, StoreEvent } from './store.ts'

/** Latencies of kubernetes-measured, request and answer together. */
const latencyMs = { read: 4, write: 8, evict: 11, watch: 2 }

/** What the port needs of a cluster. */
export interface PortTarget {
  readonly kernel: Kernel
  readonly store: KubeStore
  readonly server: ApiServer
  readonly version: () => string
  /** Changes since a version, or undefined when they are too old (410). */
  readonly history: (sinceVersion: number) => readonly StoreEvent[] | undefined
}

/** A port for the session; its name is the user of every write. */
export function kubePort(session: Session, target: PortTarget): KubeApi {
  const { server, store } = target
  const user = session.name
  const read = <T>(verb: string, object: string, effect: () => T): Promise<T> => {
    const operation = `kube:${verb}`
    const readKey = `${operation} ${object}`
    return session.call({ operation, object, latencyMs: latencyMs.read, readKey }, effect)
  }
  const write = <T>(verb: string, object: string, effect: () => T): Promise<T> =>
    session.call({ operation: `kube:${verb}`, object, latencyMs: latencyMs.write }, effect)
  return {
    serverVersion: () => read('version', '', () => target.version()),
    list: (kind, options) =>
      read('list', `${kind} ${JSON.stringify(options ?? {})}`, () => ({
        resourceVersion: String(store.resourceVersion),
        items: listSelected(store, kind, options),
      })),
    get: (kind, ref) =>
      read('get', nameOf(kind, ref), () => store.get(kind, ref.namespace, ref.name)),
    watch: (kind, options, onEvent) => startWatch(session, target, { kind, options, onEvent }),
    create: (kind, object) =>
      write('create', nameOf(kind, object.metadata), () => server.create(kind, object, user)),
    update: (kind, object) =>
      write('update', nameOf(kind, object.metadata), () => server.update(kind, object, user)),
    patch: (kind, ref, patch) =>
      write('patch', nameOf(kind, ref), () => server.patch(kind, ref, patch, user)),
    delete: (kind, ref, options) =>
      write('delete', nameOf(kind, ref), () => server.delete(kind, ref, options ?? {}, user)),
    evict: (ref, options) => sendEviction(session, server, ref, options ?? {}),
  }
}

/** A few answers take the server long: the client hears them that much later. */
async function sendEviction(
  session: Session,
  server: ApiServer,
  ref: ObjectRef,
  options: EvictOptions,
): Promise<EvictionResult> {
  const object = `${ref.namespace ?? ''}/${ref.name}`
  const { dryRun, gracePeriodSeconds, resourceVersion, uid } = options
  const deleteOptions = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
    preconditions: {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  }
  const call = { operation: 'kube:evict', object, latencyMs: latencyMs.evict }
  const { processingMs, result } = await session.call(call, () => {
    const answer = server.evict(ref, { deleteOptions }, session.name)
    return { result: evictionResultOf(answer, object), processingMs: answer.processingMs ?? 0 }
  })
  if (processingMs > 0) await session.clock.sleep(processingMs)
  return result
}

function nameOf(kind: KubeKind, ref: ObjectRef): string {
  return `${kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`
}

function selectionOf(
  options: ListOptions | undefined,
): ((object: KubeObject) => boolean) | undefined {
  const tests: ((object: KubeObject) => boolean)[] = []
  if (options?.namespace !== undefined) {
    const { namespace } = options
    tests.push((object) => object.metadata.namespace === namespace)
  }
  if (options?.labelSelector !== undefined) {
    const matches = parseLabelSelector(options.labelSelector)
    tests.push((object) => matches(object.metadata.labels ?? {}))
  }
  if (options?.fieldSelector !== undefined) tests.push(parseFieldSelector(options.fieldSelector))
  if (tests.length === 0) return undefined
  return (object) => tests.every((test) => test(object))
}

function listSelected<K extends KubeKind>(
  store: KubeStore,
  kind: K,
  options: ListOptions | undefined,
): readonly KubeObjectOf<K>[] {
  const selected = selectionOf(options)
  const all = candidates(store, kind, options)
  return selected === undefined ? all : all.filter((object) => selected(object))
}

/** The smallest indexed set that holds all selected objects, in the order of the API server. */
function candidates<K extends KubeKind>(
  store: KubeStore,
  kind: K,
  options: ListOptions | undefined,
): readonly KubeObjectOf<K>[] {
  if (kind !== 'Pod') return store.list(kind)
  const nodeName = /^spec\.nodeName==?([^,]+)$/.exec(options?.fieldSelector ?? '')?.[1]
  const namespace = options?.namespace
  if (nodeName === undefined && namespace === undefined) return store.list(kind)
  const pods =
    nodeName === undefined ? store.podsInNamespace(namespace ?? '') : store.podsOnNode(nodeName)
  return [...pods.keys()].sort().map((key) => pods.get(key)) as unknown as KubeObjectOf<K>[]
}

interface WatchRequest<K extends KubeKind> {
  readonly kind: K
  readonly options: { readonly resourceVersion: string } & ListOptions
  readonly onEvent: (event: WatchEvent<K>) => void
}

/** Events reach the client a moment after the change, in order; one delivery carries all that is due. */
function startWatch<K extends KubeKind>(
  session: Session,
  target: PortTarget,
  request: WatchRequest<K>,
): Watch {
  const { kind, onEvent, options } = request
  const selected = selectionOf(options)
  let settle: (end: WatchEnd) => void = () => undefined
  const ended = new Promise<WatchEnd>((resolve) => {
    settle = resolve
  })
  let isOver = false
  let waiting: WatchEvent<K>[] = []
  const flush = (): void => {
    const due = waiting
    waiting = []
    if (isOver) return
    session.deliver(() => {
      for (const event of due) if (!isOver) onEvent(event)
    })
  }
  const take = (event: StoreEvent): void => {
    if (event.kind !== kind || isOver) return
    const visible = visibleEvent(event as StoreEvent<K>, selected)
    if (visible === undefined) return
    if (waiting.length === 0) target.kernel.after(latencyMs.watch, 'watch', flush)
    waiting.push(visible)
  }
  const missed = target.history(Number(options.resourceVersion))
  const unsubscribe = target.store.subscribe(take)
  const close = (): void => {
    isOver = true
    unsubscribe()
  }
  const stop = (end: WatchEnd): void => {
    if (isOver) return
    close()
    settle(end)
  }
  // Nothing of a killed client settles, its watches neither.
  session.whenKilled(close)
  if (missed === undefined) {
    target.kernel.after(latencyMs.watch, 'watch-expired', () =>
      session.deliver(() => stop('expired')),
    )
  } else for (const event of missed) take(event)
  return { ended, stop: () => stop('stopped') }
}

/** An object that leaves the selection is seen as deleted, one that enters it as added. */
function visibleEvent<K extends KubeKind>(
  event: StoreEvent<K>,
  selected: ((object: KubeObject) => boolean) | undefined,
): WatchEvent<K> | undefined {
  const { object, previous, type } = event
  if (selected === undefined) return { type, object }
  const isIn = type !== 'DELETED' && selected(object)
  const wasIn = previous !== undefined && selected(previous)
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object }
  return wasIn ? { type: 'DELETED', object } : undefined
}
