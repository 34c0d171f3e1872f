/** Someone else takes Regroup's lease, as an impatient operator does. Twin layer. */

import type { Lease } from '../../../../world/kube-objects.ts'
import type { Kernel } from '../../../kernel/kernel.ts'
import type { KubeCluster } from '../../../kube/cluster.ts'

const ref = { namespace: 'kube-system', name: 'regroup' } as const
const durationSeconds = 60

/** Holds it from now for {@link durationSeconds}, whoever had it. */
export function takeLease({ server, store }: KubeCluster, kernel: Kernel, holder: string): void {
  const now = new Date(kernel.nowMs()).toISOString().replace('Z', '000Z')
  const present = store.get('Lease', ref.namespace, ref.name)
  const spec = {
    holderIdentity: holder,
    leaseDurationSeconds: durationSeconds,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: (present?.spec?.leaseTransitions ?? 0) + 1,
  }
  if (present !== undefined) {
    const edit = { kind: 'Lease', ref, verb: 'update', user: holder } as const
    server.edit(edit, (before): Lease => ({ ...before, spec }))
    return
  }
  const apiVersion = 'coordination.k8s.io/v1'
  server.create('Lease', { apiVersion, kind: 'Lease', metadata: ref, spec }, holder)
}
