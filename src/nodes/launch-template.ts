/** The content of a launch template for a managed node group. Nodes layer, pure. */

import type { StringMap } from '../world/kube-objects.ts'
import { hash32 } from '../world/random.ts'
import type { AmiFamily } from './ami-parameters.ts'
import { toBase64 } from './base64.ts'
import { devicesOf } from './block-devices.ts'
import type { TemplateVolume } from './template-volume.ts'

/** What a template is made of. */
export interface LaunchTemplateInput {
  readonly logicalName: string
  /** Plain text; empty = none. */
  readonly userData: string
  /** The disk that pods use: the root, or Bottlerocket's data disk. */
  readonly volume: TemplateVolume
  /** @default AmazonLinux2023 */
  readonly amiFamily?: AmiFamily
  readonly ebsOptimized: boolean
  /** Empty = EKS attaches the cluster security group. */
  readonly securityGroupIds: readonly string[]
  readonly tags: StringMap
  /** Key of AWS KMS for the volume; the Auto Scaling service-linked role must be granted it. */
  readonly kmsKeyId?: string
  /** Hops of an IMDS answer, 1 to 64. @default 2, so that pods with a network of their own reach it */
  readonly hopLimit?: number
  /** Names the AMI: EKS then merges nothing. */
  readonly imageId?: string
  /** Here a change of type is a new version, on the node group it is a replacement. */
  readonly instanceType?: string
  readonly keyName?: string
  /** A placement group by name. */
  readonly placementGroup?: string
  readonly capacityReservation?: CapacityReservation
}

/** Capacity that was paid for: a reservation, or a block of one (capacityType CAPACITY_BLOCK). */
export interface CapacityReservation {
  readonly id: string
  readonly isBlock: boolean
}

/** Name and content; the name ends in a hash of the content. */
export interface LaunchTemplateOutput {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
  readonly contentHash: string
}

/** Longest name that also fits a node group of the same base. */
const nameMax = 63

/**
 * Only what EKS allows beside its own parts (managed-node-groups 3.1): no instance profile, no subnet.
 * IMDSv2 only. Optional members that are undefined leave no trace in the content, so its hash stays.
 */
export function launchTemplateOf(input: LaunchTemplateInput): LaunchTemplateOutput {
  const { ebsOptimized, hopLimit = 2, securityGroupIds, tags, userData, volume } = input
  const { data: dataDevice, root } = devicesOf(input.amiFamily ?? 'AmazonLinux2023')
  const Tags = Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }))
  const ebs = {
    VolumeSize: volume.size,
    VolumeType: volume.type,
    Encrypted: true,
    DeleteOnTermination: true,
    ...(input.kmsKeyId === undefined ? {} : { KmsKeyId: input.kmsKeyId }),
    ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
    ...(volume.throughput === undefined ? {} : { Throughput: volume.throughput }),
  }
  const data = {
    EbsOptimized: ebsOptimized,
    BlockDeviceMappings: [{ DeviceName: dataDevice ?? root, Ebs: ebs }],
    MetadataOptions: {
      HttpTokens: 'required',
      HttpPutResponseHopLimit: hopLimit,
      HttpEndpoint: 'enabled',
    },
    ...(securityGroupIds.length === 0 ? {} : { SecurityGroupIds: [...securityGroupIds] }),
    ...(userData === '' ? {} : { UserData: toBase64(userData) }),
    ...(Tags.length === 0
      ? {}
      : {
          TagSpecifications: [
            { ResourceType: 'instance', Tags },
            { ResourceType: 'volume', Tags },
          ],
        }),
    ...placeOf(input),
  }
  const contentHash = hash32(JSON.stringify(data)).toString(16).padStart(8, '0')
  const base = input.logicalName.slice(0, nameMax - contentHash.length - 1)
  return { name: `${base}-${contentHash}`, data, contentHash }
}

/** What picks machine and place. */
function placeOf(input: LaunchTemplateInput): Readonly<Record<string, unknown>> {
  const { capacityReservation, imageId, instanceType, keyName, placementGroup } = input
  const target = { CapacityReservationTarget: { CapacityReservationId: capacityReservation?.id } }
  return {
    ...(imageId === undefined ? {} : { ImageId: imageId }),
    ...(instanceType === undefined ? {} : { InstanceType: instanceType }),
    ...(keyName === undefined ? {} : { KeyName: keyName }),
    ...(placementGroup === undefined ? {} : { Placement: { GroupName: placementGroup } }),
    ...(capacityReservation === undefined ? {} : { CapacityReservationSpecification: target }),
    ...(capacityReservation?.isBlock === true
      ? { InstanceMarketOptions: { MarketType: 'capacity-block' } }
      : {}),
  }
}
