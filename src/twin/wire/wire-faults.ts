/** The wire faults of one AWS port: which of them hit a request. Twin layer. */

import { FaultList } from './fault-list.ts'
import type { WireFault } from './wire-fault.ts'

/** Faults by operation, e.g. `eks:DescribeCluster`. */
export class WireFaults extends FaultList<WireFault, string> {
  constructor(seed: string, faults: readonly WireFault[] = []) {
    super(`${seed}/wire-fault`, concerns, faults)
  }
}

function concerns({ operation: wanted }: WireFault, operation: string): boolean {
  return wanted.endsWith('*') ? operation.startsWith(wanted.slice(0, -1)) : operation === wanted
}
