/** The rules in front of the store: admission, preconditions, graceful deletion, audit. Twin layer. */

import { RegroupError } from '../../world/failure.ts'
import type { DeleteOptions, ObjectRef, PatchType, Preconditions } from '../../world/kube-api.ts'
import type { KubeKind, KubeObjectOf, Pod } from '../../world/kube-objects.ts'
import type { ApiServer, AuditRecord, EvictionRequest, StatusAnswer } from '../contracts.ts'
import { type Kernel, timeText } from '../kernel/kernel.ts'
import { admit } from './admission.ts'
import { isPodTerminal } from './conditions.ts'
import { type EvictionRules, evictPod } from './eviction.ts'
import { applyPatch } from './patch.ts'
import { preconditionFault } from './preconditions.ts'
import type { KubeStore } from './store.ts'

/** Resource name of a kind, as error texts use it. */
export function resourceOf(kind: KubeKind): string {
  if (kind.endsWith('y')) return `${kind.slice(0, -1).toLowerCase()}ies`
  if (kind.endsWith('s')) return `${kind.toLowerCase()}es`
  return `${kind.toLowerCase()}s`
}

/** One API server over one store. */
export class TwinApiServer implements ApiServer {
  /** Rules of evictions that a world may set: webhooks and overload. */
  readonly evictionRules: EvictionRules = { webhooks: [], isOverloaded: false }
  private readonly kernel: Kernel
  private readonly store: KubeStore
  private readonly listeners: ((record: AuditRecord) => void)[] = []

  constructor(kernel: Kernel, store: KubeStore) {
    this.kernel = kernel
    this.store = store
  }

  onAudit(listener: (record: AuditRecord) => void): void {
    this.listeners.push(listener)
  }

  create<K extends KubeKind>(kind: K, object: KubeObjectOf<K>, user: string): KubeObjectOf<K> {
    const { name, namespace } = object.metadata
    const ref: ObjectRef = { namespace, name }
    if (this.store.get(kind, namespace, name) !== undefined) {
      this.audit({ verb: 'create', kind, ref, user, code: 409 })
      throw new RegroupError('already-exists', `${resourceOf(kind)} "${name}" already exists`)
    }
    const created = this.store.create(kind, admit(kind, object, this.store))
    this.audit({ verb: 'create', kind, ref, user, code: 201 })
    return created
  }

  update<K extends KubeKind>(kind: K, object: KubeObjectOf<K>, user: string): KubeObjectOf<K> {
    const { name, namespace, resourceVersion, uid } = object.metadata
    const ref: ObjectRef = { namespace, name }
    const before = this.mustGet(kind, ref, 'update', user)
    this.check(kind, before, {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    })
    const stored = this.store.replace(kind, keepServerFields(before, object))
    this.audit({ verb: 'update', kind, ref, user, code: 200, before })
    return this.finishIfFreed(kind, stored)
  }

  patch<K extends KubeKind>(
    kind: K,
    ref: ObjectRef,
    patch: { readonly type: PatchType; readonly body: unknown },
    user: string,
  ): KubeObjectOf<K> {
    const before = this.mustGet(kind, ref, 'patch', user)
    const guards = (patch.body as { metadata?: Preconditions } | undefined)?.metadata
    if (patch.type !== 'json' && guards !== undefined) this.check(kind, before, guards)
    const patched = applyPatch(before, patch.type, patch.body)
    const stored = this.store.replace(kind, keepServerFields(before, patched))
    this.audit({ verb: 'patch', kind, ref, user, code: 200, before })
    return this.finishIfFreed(kind, stored)
  }

  delete(kind: KubeKind, ref: ObjectRef, options: DeleteOptions, user: string): 'deleted' | 'gone' {
    const before = this.store.get(kind, ref.namespace, ref.name)
    if (before === undefined) {
      this.audit({ verb: 'delete', kind, ref, user, code: 404 })
      return 'gone'
    }
    this.check(kind, before, options.preconditions ?? {})
    this.audit({
      verb: 'delete',
      kind,
      ref,
      user,
      code: 200,
      before,
      uidPrecondition: options.preconditions?.uid,
      gracePeriodSeconds: options.gracePeriodSeconds,
    })
    if (kind === 'Pod') this.deletePod(before as Pod, options.gracePeriodSeconds)
    else this.deleteOther(kind, before)
    return 'deleted'
  }

  evict(ref: ObjectRef, request: EvictionRequest, user: string): StatusAnswer {
    const before = this.store.get('Pod', ref.namespace, ref.name)
    const { answer, budget, isDryRun } = evictPod({
      ref,
      request,
      store: this.store,
      rules: this.evictionRules,
      nowMs: this.kernel.nowMs(),
      deletePod: (pod, graceSeconds) => this.deletePod(pod, graceSeconds),
    })
    this.audit({
      verb: 'evict',
      kind: 'Pod',
      ref,
      user,
      code: answer.code,
      before,
      budget,
      isDryRun,
      uidPrecondition: request.deleteOptions?.preconditions?.uid,
      gracePeriodSeconds: request.deleteOptions?.gracePeriodSeconds,
    })
    return answer
  }

  /** Sets deletionTimestamp, or removes at once what nothing runs for. Never moves the time later. */
  private deletePod(pod: Pod, graceSeconds: number | undefined): void {
    const own = pod.spec.terminationGracePeriodSeconds ?? 30
    const isImmediate = pod.spec.nodeName === undefined || isPodTerminal(pod) || graceSeconds === 0
    const wanted = isImmediate ? 0 : Math.max(1, graceSeconds ?? own)
    const atMs = this.kernel.nowMs() + wanted * 1000
    const presentMs = Date.parse(pod.metadata.deletionTimestamp ?? '')
    const isEarlier = Number.isNaN(presentMs) || atMs < presentMs
    const marked = isEarlier
      ? this.store.replace('Pod', {
          ...pod,
          metadata: {
            ...pod.metadata,
            deletionTimestamp: timeText(atMs),
            deletionGracePeriodSeconds: wanted,
          },
        })
      : pod
    if (isImmediate && (marked.metadata.finalizers ?? []).length === 0) {
      this.store.remove('Pod', pod.metadata.namespace, pod.metadata.name)
    }
  }

  private deleteOther(kind: KubeKind, object: KubeObjectOf<KubeKind>): void {
    const { metadata } = object
    if (kind === 'Namespace') {
      this.store.replace(kind, { ...object, status: { phase: 'Terminating' } } as typeof object)
      return
    }
    if ((metadata.finalizers ?? []).length === 0) {
      this.store.remove(kind, metadata.namespace, metadata.name)
    } else if (metadata.deletionTimestamp === undefined) {
      const deletionTimestamp = this.kernel.nowText()
      this.store.replace(kind, {
        ...object,
        metadata: { ...metadata, deletionTimestamp },
      } as typeof object)
    }
  }

  /** An object that was only held by finalizers goes when the last one is taken off. */
  private finishIfFreed<K extends KubeKind>(kind: K, object: KubeObjectOf<K>): KubeObjectOf<K> {
    const { metadata } = object
    const isHeld = (metadata.finalizers ?? []).length > 0
    if (metadata.deletionTimestamp === undefined || isHeld) return object
    if (kind === 'Pod' && metadata.deletionGracePeriodSeconds !== 0) return object
    this.store.remove(kind, metadata.namespace, metadata.name)
    return object
  }

  private mustGet<K extends KubeKind>(
    kind: K,
    ref: ObjectRef,
    verb: AuditRecord['verb'],
    user: string,
  ): KubeObjectOf<K> {
    const object = this.store.get(kind, ref.namespace, ref.name)
    if (object !== undefined) return object
    this.audit({ verb, kind, ref, user, code: 404 })
    throw new RegroupError('not-found', `${resourceOf(kind)} "${ref.name}" not found`)
  }

  private check(kind: KubeKind, object: KubeObjectOf<KubeKind>, guards: Preconditions): void {
    const fault = preconditionFault(kind, object.metadata, guards)
    if (fault !== undefined) throw new RegroupError('conflict', fault)
  }

  private audit(
    record: { [K in keyof Omit<AuditRecord, 'atMs'>]: AuditRecord[K] | undefined },
  ): void {
    if (this.listeners.length === 0) return
    const full = { atMs: this.kernel.nowMs(), ...record } as AuditRecord
    for (const listener of this.listeners) listener(full)
  }
}

/** Clients cannot change what the server owns. */
function keepServerFields<T extends KubeObjectOf<KubeKind>>(before: T, after: T): T {
  if (after === before || after.metadata === before.metadata) return after
  const { creationTimestamp, deletionGracePeriodSeconds, deletionTimestamp, uid } = before.metadata
  const metadata = {
    ...after.metadata,
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    ...(uid === undefined ? {} : { uid }),
  }
  return { ...after, metadata }
}
