/** How volumes, claims and storage classes are printed. Twin layer, pure. */

import { at, listAt, textAt } from '../schema/own.ts'
import { type Cell, created, nameOf, orNone, type PrintContext } from './texts.ts'

type Printer = (object: unknown, context: PrintContext) => Cell[]

const modes: Readonly<Record<string, string>> = {
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOnce: 'RWO',
  ReadWriteOncePod: 'RWOP',
}
const modeOrder = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']

function modesText(list: readonly unknown[]): string {
  return modeOrder
    .filter((mode) => list.includes(mode))
    .map((mode) => modes[mode])
    .join(',')
}

const unset = '<unset>'

/** PersistentVolumes. */
export const volumeCells: Printer = (object, context) => {
  const claim = at(object, 'spec', 'claimRef')
  const isGoing = at(object, 'metadata', 'deletionTimestamp') !== undefined
  return [
    nameOf(object),
    textAt(object, 'spec', 'capacity', 'storage'),
    modesText(listAt(object, 'spec', 'accessModes')),
    textAt(object, 'spec', 'persistentVolumeReclaimPolicy'),
    isGoing ? 'Terminating' : textAt(object, 'status', 'phase'),
    claim === undefined ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`,
    textAt(object, 'spec', 'storageClassName'),
    textAt(object, 'spec', 'volumeAttributesClassName') || unset,
    textAt(object, 'status', 'reason'),
    created(object, context),
    textAt(object, 'spec', 'volumeMode') || unset,
  ]
}

/** PersistentVolumeClaims. */
export const claimCells: Printer = (object, context) => {
  const isGoing = at(object, 'metadata', 'deletionTimestamp') !== undefined
  const isBound = textAt(object, 'spec', 'volumeName') !== ''
  return [
    nameOf(object),
    isGoing ? 'Terminating' : textAt(object, 'status', 'phase'),
    textAt(object, 'spec', 'volumeName'),
    isBound ? textAt(object, 'status', 'capacity', 'storage') || '0' : '',
    isBound ? modesText(listAt(object, 'status', 'accessModes')) : '',
    textAt(object, 'spec', 'storageClassName'),
    textAt(object, 'spec', 'volumeAttributesClassName') || unset,
    created(object, context),
    textAt(object, 'spec', 'volumeMode') || unset,
  ]
}

/** StorageClasses. */
export const storageClassCells: Printer = (object, context) => {
  const annotation = 'storageclass.kubernetes.io/is-default-class'
  const isDefault = textAt(object, 'metadata', 'annotations', annotation) === 'true'
  return [
    `${nameOf(object)}${isDefault ? ' (default)' : ''}`,
    textAt(object, 'provisioner'),
    textAt(object, 'reclaimPolicy') || 'Delete',
    textAt(object, 'volumeBindingMode') || 'Immediate',
    at(object, 'allowVolumeExpansion') === true,
    created(object, context),
  ]
}

/** CSINodes. */
export const csiNodeCells: Printer = (object, context) => [
  nameOf(object),
  listAt(object, 'spec', 'drivers').length,
  created(object, context),
]

/** CSIDrivers. */
export const csiDriverCells: Printer = (object, context) => {
  const audiences = listAt(object, 'spec', 'tokenRequests').map((one) => textAt(one, 'audience'))
  const modeNames = listAt(object, 'spec', 'volumeLifecycleModes').map(String)
  return [
    nameOf(object),
    at(object, 'spec', 'attachRequired') !== false,
    at(object, 'spec', 'podInfoOnMount') === true,
    at(object, 'spec', 'storageCapacity') === true,
    audiences.length === 0 ? unset : audiences.join(','),
    at(object, 'spec', 'requiresRepublish') === true,
    orNone(modeNames.join(',')),
    created(object, context),
  ]
}

/** VolumeAttachments. */
export const attachmentCells: Printer = (object, context) => [
  nameOf(object),
  textAt(object, 'spec', 'attacher'),
  textAt(object, 'spec', 'source', 'persistentVolumeName'),
  textAt(object, 'spec', 'nodeName'),
  at(object, 'status', 'attached') === true,
  created(object, context),
]

/** VolumeAttributesClasses. */
export const attributesClassCells: Printer = (object, context) => [
  nameOf(object),
  textAt(object, 'driverName'),
  created(object, context),
]
