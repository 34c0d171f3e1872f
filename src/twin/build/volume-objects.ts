/** Claims and zonal volumes of a workload that has been running for long. Twin layer, pure. */

import type { KubeObject } from '../../world/kube-objects.ts'
import type { WorkloadCopy } from './workload-objects.ts'

interface Claim {
  readonly name: string
  readonly zone: string
  readonly isShared: boolean
}

/** A bound claim and its volume per replica; replica i lies in zone i + copy, in turn. */
export function volumeObjects(copy: WorkloadCopy): readonly KubeObject[] {
  return claimsOf(copy).flatMap((claim) => {
    const { isShared, name, zone } = claim
    const { namespace } = copy
    const volumeName = `pvc-${namespace}-${name}`
    const accessModes = [isShared ? 'ReadWriteMany' : 'ReadWriteOnce']
    const rule = { key: 'topology.kubernetes.io/zone', operator: 'In' as const, values: [zone] }
    return [
      {
        apiVersion: 'v1' as const,
        kind: 'PersistentVolumeClaim' as const,
        metadata: { name, namespace },
        spec: { volumeName, accessModes },
        status: { phase: 'Bound' },
      },
      {
        apiVersion: 'v1' as const,
        kind: 'PersistentVolume' as const,
        metadata: { name: volumeName },
        spec: {
          accessModes,
          claimRef: { namespace, name },
          csi: { driver: 'ebs.csi.aws.com', volumeHandle: `vol-${volumeName}` },
          ...(isShared
            ? {}
            : {
                nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [rule] }] } },
              }),
        },
        status: { phase: 'Bound' },
      },
    ]
  })
}

function claimsOf({ copyIndex, name, replicas, row, zones }: WorkloadCopy): readonly Claim[] {
  const zoneOf = (index: number): string => zones[(index + copyIndex) % zones.length] ?? ''
  return (row.pvcs ?? []).flatMap((one) => {
    const isShared = one.accessModes?.includes('ReadWriteMany') === true
    if (row.kind === 'Pod') {
      return Array.from({ length: replicas }, (_, index) => {
        const podName = replicas === 1 ? name : `${name}-${index}`
        return { name: `${one.name}-${podName}`, zone: zoneOf(index), isShared }
      })
    }
    if (row.kind === 'StatefulSet' && one.perReplica) {
      return Array.from({ length: replicas }, (_, index) => ({
        name: `${one.name}-${name}-${index}`,
        zone: zoneOf(index),
        isShared,
      }))
    }
    return [{ name: `${one.name}-${name}`, zone: zoneOf(0), isShared }]
  })
}
