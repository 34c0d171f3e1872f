/** Templates compared by content. Twin layer, pure. */

import type { PodTemplate } from '../../../world/kube-objects.ts'

const texts = new WeakMap<PodTemplate, string>()

/** The template as text, keys in order, without the label that ReplicaSets add. */
export function templateText(template: PodTemplate): string {
  const known = texts.get(template)
  if (known !== undefined) return known
  const { 'pod-template-hash': _, ...labels } = template.metadata?.labels ?? {}
  const plain = { ...template, metadata: { ...template.metadata, labels } }
  const text = JSON.stringify(plain, (key, value: unknown) =>
    // A field that is null is one that is not there.
    key === 'creationTimestamp' || value === null ? undefined : sorted(value),
  )
  texts.set(template, text)
  return text
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
