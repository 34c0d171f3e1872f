/** Which pods of StatefulSets and DaemonSets are of the present template. Twin layer. */

import type { DaemonSet, Pod, StatefulSet } from '../../../world/kube-objects.ts'
import { hash32 } from '../../../world/random.ts'
import type { KubeStore, StoreEvent } from '../store.ts'
import { controllerOf } from './pod-maker.ts'
import { templateText } from './template-text.ts'

type Rolled = DaemonSet | StatefulSet

/**
 * Follows the store. Pods that were there before the first change of a template are taken to be of that first
 * one, whatever revision a dump says.
 */
export class TemplateRevisions {
  private readonly store: KubeStore
  /** Text of the first template, by uid of the owner; only of those whose template changed. */
  private readonly firsts = new Map<string, string>()
  /** Text of the template a pod was made of, by its uid; only of pods made after such a change. */
  private readonly made = new Map<string, string>()

  constructor(store: KubeStore) {
    this.store = store
    store.subscribe((event) => this.take(event))
  }

  /** True once its template was changed. */
  isChanged({ metadata }: Rolled): boolean {
    return this.firsts.has(metadata.uid ?? '')
  }

  isOutdated(owner: Rolled, { metadata }: Pod): boolean {
    const first = this.firsts.get(owner.metadata.uid ?? '')
    if (first === undefined) return false
    return (this.made.get(metadata.uid ?? '') ?? first) !== templateText(owner.spec.template)
  }

  /** Name of the revision of the present template, or of the one that the pod was made of. */
  nameOf(owner: Rolled, pod?: Pod): string {
    const present = templateText(owner.spec.template)
    const first = this.firsts.get(owner.metadata.uid ?? '') ?? present
    const text = pod === undefined ? present : (this.made.get(pod.metadata.uid ?? '') ?? first)
    return `${owner.metadata.name}-${hash32(text).toString(36)}`
  }

  private take(event: StoreEvent): void {
    if (event.kind === 'Pod') {
      this.takePod(event.object as Pod, event.type)
    } else if (event.kind === 'StatefulSet' || event.kind === 'DaemonSet') {
      this.takeOwner(event.object as Rolled, event.previous as Rolled | undefined, event.type)
    }
  }

  private takeOwner(owner: Rolled, previous: Rolled | undefined, type: StoreEvent['type']): void {
    const { uid = '' } = owner.metadata
    if (type === 'DELETED') this.firsts.delete(uid)
    if (type !== 'MODIFIED' || previous === undefined || this.firsts.has(uid)) return
    const { template } = previous.spec
    if (template === owner.spec.template) return
    const text = templateText(template)
    if (text !== templateText(owner.spec.template)) this.firsts.set(uid, text)
  }

  private takePod(pod: Pod, type: StoreEvent['type']): void {
    const { namespace, uid = '' } = pod.metadata
    if (type === 'DELETED') this.made.delete(uid)
    if (type !== 'ADDED' || this.firsts.size === 0) return
    const reference = controllerOf(pod)
    if (reference === undefined || !this.firsts.has(reference.uid)) return
    const { kind, name } = reference
    const owner =
      kind === 'DaemonSet' || kind === 'StatefulSet'
        ? this.store.get(kind, namespace, name)
        : undefined
    if (owner !== undefined) this.made.set(uid, templateText(owner.spec.template))
  }
}
