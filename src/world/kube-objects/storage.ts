/** Volumes, claims and attachments. World layer, types only. */

import type { NodeSelectorTerm } from './affinity.ts'
import type { KubeObjectBase } from './metadata.ts'
import type { ResourceList } from './node.ts'

/** A wish for storage, bound to one volume. */
export interface PersistentVolumeClaim extends KubeObjectBase<'v1', 'PersistentVolumeClaim'> {
  readonly spec?: {
    readonly volumeName?: string
    readonly storageClassName?: string
    readonly accessModes?: readonly string[]
    readonly resources?: { readonly requests?: ResourceList }
  }
  readonly status?: { readonly phase?: string }
}

/** Storage and the nodes that can use it. */
export interface PersistentVolume extends KubeObjectBase<'v1', 'PersistentVolume'> {
  readonly spec?: {
    readonly capacity?: ResourceList
    readonly accessModes?: readonly string[]
    readonly storageClassName?: string
    readonly claimRef?: {
      readonly namespace?: string
      readonly name?: string
      readonly uid?: string
    }
    readonly csi?: { readonly driver: string; readonly volumeHandle: string }
    readonly local?: { readonly path: string }
    readonly nodeAffinity?: {
      readonly required?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] }
    }
  }
  readonly status?: { readonly phase?: string }
}

/** A volume attached, or being attached, to a node. */
export interface VolumeAttachment extends KubeObjectBase<'storage.k8s.io/v1', 'VolumeAttachment'> {
  readonly spec: {
    readonly attacher: string
    readonly nodeName: string
    readonly source: { readonly persistentVolumeName?: string }
  }
  readonly status?: { readonly attached: boolean }
}
