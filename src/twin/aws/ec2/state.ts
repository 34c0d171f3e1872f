/** State of EC2: launch templates, subnets, images. Twin layer, types only. */

import type { StringMap } from '../../../world/kube-objects.ts'

/** One version of a launch template. */
export interface TemplateVersionState {
  readonly version: number
  readonly data: Readonly<Record<string, unknown>>
  readonly createdMs: number
  readonly description?: string
}

/** A launch template. */
export interface TemplateState {
  readonly id: string
  readonly name: string
  readonly createdMs: number
  defaultVersion: number
  /** Number of the newest version ever made; numbers are never used again. */
  lastVersion: number
  readonly versions: TemplateVersionState[]
  tags: StringMap
}

/** A subnet. */
export interface SubnetState {
  readonly id: string
  readonly zone: string
  readonly vpcId: string
  readonly cidr: string
  freeAddressCount: number
  /** Instances get a public address; undefined = they do not. */
  isPublicIpMapped?: boolean
  /** Undefined = none: the twin gives no subnet one by itself. */
  readonly ipv6Cidr?: string
  /** New interfaces get an IPv6 address; undefined = they do not. */
  isIpv6Assigned?: boolean
  /** The default subnet of its zone. */
  readonly isDefault?: boolean
  tags: StringMap
}

/** An image known to the account. */
export interface ImageState {
  readonly id: string
  readonly family: 'AmazonLinux2' | 'AmazonLinux2023'
  readonly arch: 'amd64' | 'arm64'
  readonly kubernetesVersion: string
  readonly releaseVersion: string
  readonly kubeletVersion: string
  /** Name of an image of the account's own; undefined = one of Amazon's. */
  readonly ownName?: string
  /** Undefined = that of the EKS images, 20 GiB of gp3. */
  readonly root?: { readonly volumeType: 'gp2' | 'gp3'; readonly sizeGiB: number }
}

/** A public key for SSH. */
export interface KeyPairState {
  readonly id: string
  readonly name: string
  readonly type: 'ed25519' | 'rsa'
  readonly fingerprint: string
  readonly createdMs: number
  tags: StringMap
}

/** A placement group. */
export interface PlacementGroupState {
  readonly id: string
  readonly name: string
  readonly strategy: 'cluster' | 'partition' | 'spread'
  /** Of strategy `partition` only. */
  readonly partitionCount?: number
  tags: StringMap
}
