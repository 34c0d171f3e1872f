/** What the pods of each node use and will need elsewhere, summed again only where pods changed. Twin layer. */

import type { Pod } from '../../world/kube-objects.ts'
import { requirementsOf } from '../kube/scheduler/requirements.ts'
import type { KubeStore, StoreEvent } from '../kube/store.ts'
import { isMovable, ownerOf } from './pods.ts'

/** Millicores and bytes of one node's pods. */
export interface RoomSum {
  readonly usedCpuMilli: number
  readonly usedBytes: number
  /** Of pods that need a place elsewhere when the node goes. */
  readonly owedCpuMilli: number
  readonly owedBytes: number
}

/** Feed it every event of the store. */
export class RoomSums {
  private readonly store: KubeStore
  private readonly sums = new Map<string, RoomSum>()

  constructor(store: KubeStore) {
    this.store = store
  }

  take(event: StoreEvent): void {
    if (event.kind !== 'Pod') return
    const { nodeName } = (event.object as Pod).spec
    if (nodeName !== undefined) this.sums.delete(nodeName)
  }

  of(nodeName: string): RoomSum {
    const known = this.sums.get(nodeName)
    if (known !== undefined) return known
    const sum = this.add(nodeName)
    this.sums.set(nodeName, sum)
    return sum
  }

  private add(nodeName: string): RoomSum {
    const sum = { usedCpuMilli: 0, usedBytes: 0, owedCpuMilli: 0, owedBytes: 0 }
    for (const pod of this.store.podsOnNode(nodeName).values()) {
      const { cpuMilli, memoryBytes } = requirementsOf(pod.spec)
      sum.usedCpuMilli += cpuMilli
      sum.usedBytes += memoryBytes
      if (pod.metadata.deletionTimestamp !== undefined || !isOwed(pod)) continue
      sum.owedCpuMilli += cpuMilli
      sum.owedBytes += memoryBytes
    }
    return sum
  }
}

/** Pods that will need a place when they move; pods without controller do not come back. */
function isOwed(pod: Pod): boolean {
  return isMovable(pod) && ownerOf(pod) !== undefined && pod.spec.restartPolicy === 'Always'
}
