/** The content of a launch template for a managed node group. Nodes layer, pure. */

import type { StringMap } from '../world/kube-objects.ts'
import { hash32 } from '../world/random.ts'
import { toBase64 } from './base64.ts'

/** What a template is made of. */
export interface LaunchTemplateInput {
  readonly logicalName: string
  /** Plain text; empty = none. */
  readonly userData: string
  readonly volume: {
    readonly size: number
    readonly type: string
    readonly iops?: number
    readonly throughput?: number
  }
  readonly ebsOptimized: boolean
  /** Empty = EKS attaches the cluster security group. */
  readonly securityGroupIds: readonly string[]
  readonly tags: StringMap
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
 * Only what EKS allows beside its own parts (managed-node-groups 3.1): no instance profile, no subnet,
 * no instance type. IMDSv2 with hop limit 2, so that pods with host-less networking reach it.
 */
export function launchTemplateOf(input: LaunchTemplateInput): LaunchTemplateOutput {
  const { ebsOptimized, securityGroupIds, tags, userData, volume } = input
  const Tags = Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }))
  const ebs = {
    VolumeSize: volume.size,
    VolumeType: volume.type,
    Encrypted: true,
    DeleteOnTermination: true,
    ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
    ...(volume.throughput === undefined ? {} : { Throughput: volume.throughput }),
  }
  const data = {
    EbsOptimized: ebsOptimized,
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: ebs }],
    MetadataOptions: {
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 2,
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
  }
  const contentHash = hash32(JSON.stringify(data)).toString(16).padStart(8, '0')
  const base = input.logicalName.slice(0, nameMax - contentHash.length - 1)
  return { name: `${base}-${contentHash}`, data, contentHash }
}
