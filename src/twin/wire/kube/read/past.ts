/** The objects of a kind as they were at an earlier version, from the recent changes. Twin layer. */

import type { KubeKind, KubeObject } from '../../../../world/kube-objects.ts'
import { type KubeStore, objectKey, type StoreEvent } from '../../../kube/store.ts'

/** Changes after a version, or undefined when they are too old. */
export type History = (sinceVersion: number) => readonly StoreEvent[] | undefined

/** The list at `version` in key order; undefined when that is too long ago. */
export function listAtVersion(
  store: KubeStore,
  history: History,
  kind: KubeKind,
  version: number,
): readonly KubeObject[] | undefined {
  if (version >= store.resourceVersion) return store.list(kind)
  const changes = history(version)
  if (changes === undefined) return undefined
  const undone = new Map<string, KubeObject | undefined>()
  for (const event of changes) {
    if (event.kind !== kind) continue
    const { name, namespace } = event.object.metadata
    const key = objectKey(namespace, name)
    // The first change after the version tells what was there before it.
    if (!undone.has(key)) undone.set(key, event.previous)
  }
  const now = store.list(kind)
  if (undone.size === 0) return now
  const kept = now.filter(
    ({ metadata }) => !undone.has(objectKey(metadata.namespace, metadata.name)),
  )
  const back = [...undone.values()].filter((one) => one !== undefined)
  return [...kept, ...back].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
}

function keyOf({ metadata }: KubeObject): string {
  return objectKey(metadata.namespace, metadata.name)
}
