/** The node lifecycle controller mirrors `spec.unschedulable` into a taint. Twin layer. */

import type { Node } from '../../world/kube-objects.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { unschedulableTaintKey } from './admission.ts'
import type { KubeStore } from './store.ts'

/** Request to taint, medians of kubernetes-measured section 5. */
const delayMs = 12

/** Starts the mirror. */
export function startCordonTaints(kernel: Kernel, store: KubeStore): void {
  store.subscribe((event) => {
    if (event.kind !== 'Node' || event.type === 'DELETED') return
    const node = event.object as Node
    if (isTainted(node) === (node.spec?.unschedulable === true)) return
    const { name } = node.metadata
    kernel.after(delayMs, 'cordon-taint', () => mirror(name, store))
  })
}

function isTainted(node: Node): boolean {
  return node.spec?.taints?.some((taint) => taint.key === unschedulableTaintKey) ?? false
}

function mirror(name: string, store: KubeStore): void {
  const node = store.get('Node', undefined, name)
  if (node === undefined) return
  const isCordoned = node.spec?.unschedulable === true
  if (isTainted(node) === isCordoned) return
  const others = (node.spec?.taints ?? []).filter((taint) => taint.key !== unschedulableTaintKey)
  const own = { key: unschedulableTaintKey, effect: 'NoSchedule' as const }
  const taints = isCordoned ? [...others, own] : others
  store.replace('Node', { ...node, spec: { ...node.spec, taints } })
}
