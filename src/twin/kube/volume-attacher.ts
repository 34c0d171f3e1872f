/** Attach and detach of block volumes, and binding of new claims. Twin layer. */

import type { PersistentVolumeClaim, Pod } from '../../world/kube-objects.ts'
import { between } from '../kernel/draws.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { startAnnotation, stopAnnotation } from './annotations.ts'
import { exactMsOf } from './pod-timing.ts'
import type { KubeStore } from './store.ts'

/** Clean detach and attach of an EBS volume (workload-statistics section 5). */
const detachMs = [4000, 9000] as const
const attachMs = [3000, 8000] as const
/** Look again while the volume is still in use elsewhere. */
const retryMs = 2000
/** The attach-detach controller gives up on a dead node after this long. */
const forceDetachMs = 360_000

/** One volume is attached to one node at a time. */
export class VolumeAttacher {
  private readonly kernel: Kernel
  private readonly store: KubeStore

  constructor(kernel: Kernel, store: KubeStore) {
    this.kernel = kernel
    this.store = store
    store.subscribe((event) => {
      if (event.kind !== 'Pod' || event.type !== 'DELETED') return
      const pod = event.object as Pod
      const { nodeName } = pod.spec
      if (nodeName === undefined || claimNames(pod).length === 0) return
      const random = kernel.random(`detach/${pod.metadata.uid}`)
      const delayMs =
        store.get('Node', undefined, nodeName) === undefined
          ? forceDetachMs
          : exactMsOf(pod, stopAnnotation) === undefined
            ? between(random, ...detachMs)
            : 0
      for (const volume of this.volumesOf(pod)) {
        kernel.after(delayMs, 'volume-detached', () => this.detach(volume, nodeName))
      }
    })
  }

  /** Calls `then` as soon as every block volume of the pod is attached to the node. */
  attach(pod: Pod, nodeName: string, then: () => void): void {
    for (const claim of claimNames(pod)) this.bind(pod, claim, nodeName)
    const volumes = this.volumesOf(pod)
    if (volumes.length === 0) {
      then()
      return
    }
    this.attachAll(pod, nodeName, { volumes, then })
  }

  /** A volume of the world's start that is attached already. */
  place(pod: Pod, nodeName: string): void {
    for (const volume of this.volumesOf(pod)) this.createAttachment(volume, nodeName)
  }

  private attachAll(
    pod: Pod,
    nodeName: string,
    wanted: { readonly volumes: readonly string[]; readonly then: () => void },
  ): void {
    const uid = pod.metadata.uid ?? ''
    if (this.store.get('Pod', pod.metadata.namespace, pod.metadata.name)?.metadata.uid !== uid)
      return
    const busy = wanted.volumes.some((volume) => {
      const holder = this.attachmentOf(volume)?.spec.nodeName
      return holder !== undefined && holder !== nodeName
    })
    if (busy) {
      this.kernel.after(retryMs, 'volume-busy', () => this.attachAll(pod, nodeName, wanted))
      return
    }
    const isAttached = wanted.volumes.every((volume) => this.attachmentOf(volume) !== undefined)
    if (isAttached) {
      wanted.then()
      return
    }
    for (const volume of wanted.volumes) {
      if (this.attachmentOf(volume) === undefined) this.createAttachment(volume, nodeName)
    }
    const random = this.kernel.random(`attach/${uid}`)
    const isExact = exactMsOf(pod, startAnnotation) !== undefined
    const delayMs = isExact ? 0 : between(random, ...attachMs)
    this.kernel.after(delayMs, 'volume-attached', wanted.then)
  }

  private attachmentOf(volume: string) {
    return this.store.get('VolumeAttachment', undefined, attachmentName(volume))
  }

  private createAttachment(volume: string, nodeName: string): void {
    if (this.attachmentOf(volume) !== undefined) return
    this.store.create('VolumeAttachment', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: attachmentName(volume) },
      spec: {
        attacher: 'ebs.csi.aws.com',
        nodeName,
        source: { persistentVolumeName: volume },
      },
      status: { attached: true },
    })
  }

  private detach(volume: string, nodeName: string): void {
    if (this.attachmentOf(volume)?.spec.nodeName !== nodeName) return
    const isUsed = [...this.store.podsOnNode(nodeName).values()].some((pod) =>
      this.volumesOf(pod).includes(volume),
    )
    if (!isUsed) this.store.remove('VolumeAttachment', undefined, attachmentName(volume))
  }

  /** Names of the pod's block volumes; shared file systems are never attached. */
  private volumesOf(pod: Pod): readonly string[] {
    return claimNames(pod).flatMap((name) => {
      const claim = this.store.get('PersistentVolumeClaim', pod.metadata.namespace, name)
      if (claim === undefined || isShared(claim)) return []
      return claim.spec?.volumeName ?? []
    })
  }

  /** WaitForFirstConsumer: the volume is made in the zone of the node that was chosen. */
  private bind(pod: Pod, claimName: string, nodeName: string): void {
    const { namespace } = pod.metadata
    const claim = this.store.get('PersistentVolumeClaim', namespace, claimName)
    if (claim === undefined || claim.spec?.volumeName !== undefined) return
    const node = this.store.get('Node', undefined, nodeName)
    const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
    const volumeName = `pvc-${claim.metadata.uid}`
    this.store.create('PersistentVolume', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName },
      spec: {
        accessModes: claim.spec?.accessModes ?? ['ReadWriteOnce'],
        claimRef: { name: claimName, ...(namespace === undefined ? {} : { namespace }) },
        csi: { driver: 'ebs.csi.aws.com', volumeHandle: `vol-${volumeName.slice(-12)}` },
        nodeAffinity: { required: { nodeSelectorTerms: [zoneTerm(zone)] } },
      },
    })
    const spec = { ...claim.spec, volumeName }
    this.store.replace('PersistentVolumeClaim', { ...claim, spec, status: { phase: 'Bound' } })
  }
}

function zoneTerm(zone: string) {
  const rule = { key: 'topology.kubernetes.io/zone', operator: 'In' as const, values: [zone] }
  return { matchExpressions: [rule] }
}

function attachmentName(volume: string): string {
  return `csi-${volume}`
}

function isShared(claim: PersistentVolumeClaim): boolean {
  return claim.spec?.accessModes?.includes('ReadWriteMany') ?? false
}

function claimNames(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? [])
}
