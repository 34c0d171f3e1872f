/** Names and sizes of the disks of each AMI family. Nodes layer, data. */

import type { AmiFamily } from './ami-parameters.ts'

/** Disks of an image. A mapping of another name adds an empty disk and leaves the root as it is. */
export interface FamilyDevices {
  readonly root: string
  /** Images and pods live here; undefined = on the root. */
  readonly data?: string
  /** Of the disk that pods use, when EKS chooses it, GiB. */
  readonly defaultSizeGiB: number
}

const devices: Readonly<Record<AmiFamily, FamilyDevices>> = {
  AmazonLinux2: { root: '/dev/xvda', defaultSizeGiB: 20 },
  AmazonLinux2023: { root: '/dev/xvda', defaultSizeGiB: 20 },
  // Enlarging the root alone changes nothing for pods.
  Bottlerocket: { root: '/dev/xvda', data: '/dev/xvdb', defaultSizeGiB: 20 },
  Ubuntu: { root: '/dev/sda1', defaultSizeGiB: 20 },
  Windows: { root: '/dev/sda1', defaultSizeGiB: 50 },
}

/** Devices of a family. */
export function devicesOf(family: AmiFamily): FamilyDevices {
  return devices[family]
}
