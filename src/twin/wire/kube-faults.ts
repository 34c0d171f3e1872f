/** The faults of the clusters' API servers: which of them hit a request. Twin layer. */

import { FaultList } from './fault-list.ts'
import type { KubeAsked, KubeFault } from './kube-fault.ts'

/** Faults by cluster, verb and resource. */
export class KubeFaults extends FaultList<KubeFault, KubeAsked> {
  constructor(seed: string, faults: readonly KubeFault[] = []) {
    super(`${seed}/kube-fault`, concerns, faults)
  }
}

const writes: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
])

function concerns(fault: KubeFault, asked: KubeAsked): boolean {
  return (
    isNamed(fault.cluster, asked.cluster) &&
    isNamed(fault.verb, asked.verb) &&
    isNamed(fault.resource, asked.resource) &&
    isPossible(fault, asked)
  )
}

function isNamed(wanted: string, found: string): boolean {
  return wanted === '*' || wanted === found
}

/** A version expires only under a watch or between two pages; admission sees writes only. */
function isPossible({ kind }: KubeFault, { isContinued, verb }: KubeAsked): boolean {
  if (kind === 'expired-version') return verb === 'watch' || isContinued
  if (kind === 'webhook-denied' || kind === 'webhook-timeout') return writes.has(verb)
  return true
}
