/** The rules in front of the store: admission, preconditions, graceful deletion, audit. Twin layer. */

import { type FailureCode, isFailure, RegroupError } from '../../world/failure.ts'
import type { DeleteOptions, ObjectRef, PatchType, Preconditions } from '../../world/kube-api.ts'
import type { KubeKind, KubeObjectOf, Pod } from '../../world/kube-objects.ts'
import type { ApiServer, AuditRecord, EvictionRequest, StatusAnswer } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { admit, admitChange } from './admission.ts'
import { BudgetIndex } from './budget-index.ts'
import { deletionOf, heldFor, isHeld, markedGone } from './deletion.ts'
import { evictPod } from './eviction.ts'
import type { EvictionRules } from './eviction-admission.ts'
import { applyPatch } from './patch.ts'
import { preconditionFault } from './preconditions.ts'
import { type KubeStore, withGeneration } from './store.ts'
import { keepUnchanged } from './unchanged.ts'

/** One write of an existing object. */
export interface ObjectEdit<K extends KubeKind> {
  readonly kind: K
  readonly ref: ObjectRef
  readonly verb: AuditRecord['verb']
  readonly user: string
  /** Answers what would be stored and stores nothing. */
  readonly isDryRun?: boolean
  /** The generation rises although the spec is the same. */
  readonly isGenerationRaised?: boolean
}

type AuditEntry = { [K in keyof Omit<AuditRecord, 'atMs'>]: AuditRecord[K] | undefined }

/** HTTP status of the failures that the rules throw. */
const httpStatus: Partial<Record<FailureCode, number>> = {
  'already-exists': 409,
  conflict: 409,
  forbidden: 403,
  invalid: 422,
  'not-found': 404,
}

/** Resource name of a kind, as error texts use it. */
function resourceOf(kind: KubeKind): string {
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
  private readonly budgets: BudgetIndex
  private readonly listeners: ((record: AuditRecord) => void)[] = []

  constructor(kernel: Kernel, store: KubeStore) {
    this.kernel = kernel
    this.store = store
    this.budgets = new BudgetIndex(store)
  }

  onAudit(listener: (record: AuditRecord) => void): void {
    this.listeners.push(listener)
  }

  create<K extends KubeKind>(
    kind: K,
    object: KubeObjectOf<K>,
    user: string,
    isDryRun = false,
  ): KubeObjectOf<K> {
    const { name, namespace } = object.metadata
    const dryRun = isDryRun ? { isDryRun } : {}
    const entry = { verb: 'create', kind, ref: { namespace, name }, user, ...dryRun } as const
    return this.audited({ ...entry, code: 201 }, () => {
      if (this.store.get(kind, namespace, name) !== undefined) {
        throw new RegroupError('already-exists', `${resourceOf(kind)} "${name}" already exists`)
      }
      const admitted = admit(kind, object, this.store)
      return isDryRun ? admitted : this.store.create(kind, admitted)
    })
  }

  /**
   * A write that the caller computes from the stored object: a status, a scale, a patch of the wire.
   * The caller has checked its own preconditions. A dry run answers what would be stored.
   */
  edit<K extends KubeKind>(
    change: ObjectEdit<K>,
    edit: (before: KubeObjectOf<K>) => KubeObjectOf<K>,
  ): KubeObjectOf<K> {
    return this.change(change, {}, edit)
  }

  update<K extends KubeKind>(kind: K, object: KubeObjectOf<K>, user: string): KubeObjectOf<K> {
    const { name, namespace, resourceVersion, uid } = object.metadata
    const change = { verb: 'update', kind, ref: { namespace, name }, user } as const
    const guards = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    }
    return this.change(change, guards, () => object)
  }

  patch<K extends KubeKind>(
    kind: K,
    ref: ObjectRef,
    patch: { readonly type: PatchType; readonly body: unknown },
    user: string,
  ): KubeObjectOf<K> {
    const guards = (patch.body as { metadata?: Preconditions } | undefined)?.metadata
    return this.change(
      { verb: 'patch', kind, ref, user },
      patch.type === 'json' ? {} : (guards ?? {}),
      (before) => applyPatch(before, patch.type, patch.body),
    )
  }

  delete(kind: KubeKind, ref: ObjectRef, options: DeleteOptions, user: string): 'deleted' | 'gone' {
    const before = this.store.get(kind, ref.namespace, ref.name)
    const { gracePeriodSeconds, preconditions, propagationPolicy } = options
    const entry = { verb: 'delete', kind, ref, user, before, gracePeriodSeconds } as const
    const uidPrecondition = preconditions?.uid
    if (before === undefined) {
      this.audit({ ...entry, code: 404, uidPrecondition })
      return 'gone'
    }
    return this.audited({ ...entry, code: 200, uidPrecondition }, () => {
      check(kind, before, preconditions ?? {})
      if (kind === 'Pod') this.deletePod(before as Pod, gracePeriodSeconds)
      else this.deleteOther(kind, heldFor(before, propagationPolicy))
      return 'deleted'
    })
  }

  evict(ref: ObjectRef, request: EvictionRequest, user: string): StatusAnswer {
    const before = this.store.get('Pod', ref.namespace, ref.name)
    const { answer, budget, isDryRun } = evictPod({
      ref,
      request,
      store: this.store,
      budgets: this.budgets,
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

  private deletePod(pod: Pod, graceSeconds: number | undefined): void {
    const deletion = deletionOf(pod, graceSeconds, this.kernel.nowMs())
    if (deletion.kind === 'mark') this.store.replace('Pod', deletion.pod)
    if (deletion.kind !== 'remove') return
    // A bound pod is seen to go before it is gone, as watches of a real server show it.
    const isMarked = pod.metadata.deletionGracePeriodSeconds === 0
    if (pod.spec.nodeName !== undefined && !isMarked) {
      this.store.replace('Pod', markedGone(pod, this.kernel.nowText()))
    }
    this.store.remove('Pod', pod.metadata.namespace, pod.metadata.name)
  }

  /** A namespace only starts to end: its content goes first, in the background. */
  private deleteOther<K extends KubeKind>(kind: K, object: KubeObjectOf<K>): void {
    const { metadata } = object
    if (kind !== 'Namespace' && !isHeld(object)) {
      this.store.remove(kind, metadata.namespace, metadata.name)
      return
    }
    if (metadata.deletionTimestamp !== undefined) return
    const deletionTimestamp = this.kernel.nowText()
    const isNamespace = kind === 'Namespace'
    const grace = isNamespace ? {} : { deletionGracePeriodSeconds: 0 }
    const marked = { ...object, metadata: { ...metadata, deletionTimestamp, ...grace } }
    this.store.replace(kind, isNamespace ? { ...marked, status: { phase: 'Terminating' } } : marked)
  }

  private change<K extends KubeKind>(
    { isDryRun = false, isGenerationRaised = false, kind, ref, user, verb }: ObjectEdit<K>,
    guards: Preconditions,
    edit: (before: KubeObjectOf<K>) => KubeObjectOf<K>,
  ): KubeObjectOf<K> {
    const before = this.store.get(kind, ref.namespace, ref.name)
    const entry = { verb, kind, ref, user, ...(isDryRun ? { isDryRun } : {}) }
    return this.audited({ ...entry, code: 200, before }, () => {
      if (before === undefined) {
        throw new RegroupError('not-found', `${resourceOf(kind)} "${ref.name}" not found`)
      }
      check(kind, before, guards)
      const edited = admitChange(kind, keepServerFields(before, edit(before)))
      const kept = keepUnchanged(before, edited)
      if (isDryRun) return withGeneration(before, kept, isGenerationRaised)
      if (!isFreed(kind, kept)) return this.store.replace(kind, kept, isGenerationRaised)
      this.store.remove(kind, ref.namespace, ref.name)
      return kept
    })
  }

  /** Runs a write and records it, with the status of its failure if it fails. */
  private audited<T>(entry: AuditEntry & { readonly code: number }, write: () => T): T {
    try {
      const result = write()
      this.audit(entry)
      return result
    } catch (error) {
      if (isFailure(error)) this.audit({ ...entry, code: httpStatus[error.code] ?? 500 })
      throw error
    }
  }

  private audit(entry: AuditEntry): void {
    if (this.listeners.length === 0) return
    const record = { atMs: this.kernel.nowMs(), ...entry } as AuditRecord
    for (const listener of this.listeners) listener(record)
  }
}

/** An object that was only held by finalizers goes with the write that takes the last one off. */
function isFreed(kind: KubeKind, object: KubeObjectOf<KubeKind>): boolean {
  const { metadata } = object
  if (metadata.deletionTimestamp === undefined || isHeld(object) || kind === 'Namespace')
    return false
  return kind !== 'Pod' || metadata.deletionGracePeriodSeconds === 0
}

function check(kind: KubeKind, object: KubeObjectOf<KubeKind>, guards: Preconditions): void {
  const fault = preconditionFault(kind, object.metadata, guards)
  if (fault !== undefined) throw new RegroupError('conflict', fault)
}

/** Clients cannot change what the server owns. */
function keepServerFields<T extends KubeObjectOf<KubeKind>>(before: T, after: T): T {
  if (after === before || after.metadata === before.metadata) return after
  const owned = Object.fromEntries(
    serverFields.flatMap((name) => {
      const value = before.metadata[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  return { ...after, metadata: { ...after.metadata, ...owned } }
}

const serverFields = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'resourceVersion',
  'uid',
] as const
