/** One pending reconcile per key. Twin layer. */

import type { Kernel } from '../../kernel/kernel.ts'

/** Marks keys dirty and runs each once, later; a key marked while waiting keeps the earlier time. */
export class WorkQueue {
  private readonly kernel: Kernel
  private readonly label: string
  private readonly reconcile: (key: string) => void
  private readonly dueMs = new Map<string, number>()

  constructor(kernel: Kernel, label: string, reconcile: (key: string) => void) {
    this.kernel = kernel
    this.label = label
    this.reconcile = reconcile
  }

  add(key: string, delayMs: number): void {
    const atMs = this.kernel.nowMs() + delayMs
    const known = this.dueMs.get(key)
    if (known !== undefined && known <= atMs) return
    this.dueMs.set(key, atMs)
    this.kernel.after(delayMs, this.label, () => {
      if (this.dueMs.get(key) !== atMs) return
      this.dueMs.delete(key)
      this.reconcile(key)
    })
  }
}

/** Splits `namespace/name`. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const at = key.indexOf('/')
  return { namespace: key.slice(0, at), name: key.slice(at + 1) }
}
