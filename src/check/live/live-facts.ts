/** What only AWS and the cluster know, as the rules read it. Check layer, types only. */

import type { StringMap } from '../../world/kube-objects.ts'
import type { ScalingFacts } from '../facts.ts'
import type { Unseen } from './unseen.ts'

/** Of one cluster and its Region; an undefined member was not looked at, `unseen` says why. */
export interface LiveFacts extends RegionFacts, ClusterOnly {
  readonly region: string
  readonly unseen: readonly Unseen[]
}

/** What was asked of a Region; what is not in a map or set does not exist. */
export interface RegionFacts {
  /** By ARN. */
  readonly roles?: ReadonlyMap<string, LiveRole>
  /** Instance types by zone. */
  readonly offerings?: ReadonlyMap<string, ReadonlySet<string>>
  /** By id. */
  readonly images?: ReadonlyMap<string, LiveImage>
  /** Names of published images of EKS. */
  readonly releases?: ReadonlySet<string>
  /** Tags by id. */
  readonly securityGroups?: ReadonlyMap<string, StringMap>
  readonly keyPairs?: ReadonlySet<string>
  readonly placementGroups?: ReadonlySet<string>
}

/** What a cluster, its network and its workloads say. */
export interface ClusterOnly extends WorkloadFacts {
  readonly cluster?: LiveCluster
  /** Managed node groups by name. */
  readonly nodeGroups?: ReadonlyMap<string, LiveNodeGroup>
  /** All of the cluster's VPC, by id. */
  readonly subnets?: ReadonlyMap<string, LiveSubnet>
}

/** Read from the API server. */
export interface WorkloadFacts {
  readonly budgets?: readonly LiveBudget[]
  /** Workloads whose pods tolerate every taint, `namespace/name`, without DaemonSets. */
  readonly tolerateAll?: readonly string[]
  /** Volumes of EBS: each can be attached in one zone only. */
  readonly zonalVolumeCount?: number
  /** Workloads that speak to AWS with neither IRSA nor Pod Identity, `namespace/name`. */
  readonly metadataUsers?: readonly string[]
}

/** A cluster as EKS describes it. */
export interface LiveCluster {
  /** Minor, e.g. `1.35`. */
  readonly version: string
  /** Made by EKS; empty when EKS does not name it. */
  readonly securityGroupId: string
  readonly ipFamily: 'ipv4' | 'ipv6'
  readonly vpcId: string
  readonly isEndpointPrivate: boolean
  /** The CNI add-on has a role of its own; undefined = not known, e.g. it is no managed add-on. */
  readonly cniHasOwnRole?: boolean
}

/** A managed node group as EKS describes it. */
export interface LiveNodeGroup {
  readonly version: string
  readonly scaling: ScalingFacts
  readonly subnetIds: readonly string[]
}

/** A subnet. */
export interface LiveSubnet {
  readonly id: string
  readonly zone: string
  /** IPv4. */
  readonly freeAddressCount: number
  readonly isPublicIpMapped: boolean
  readonly isIpv6Assigned: boolean
  readonly tags: StringMap
  /** Where its default route leads; undefined = route tables were not looked at. */
  readonly route?: 'internet' | 'nat' | 'other' | 'none'
}

/** A role of IAM; `missing` when there is none. */
export type LiveRole =
  | 'missing'
  | {
      /** Services that may assume it, e.g. `ec2.amazonaws.com`. */
      readonly principals: readonly string[]
      /** Names of AWS's own policies that are attached. */
      readonly managedPolicies: readonly string[]
      /** Actions that policies of the account's own allow, with their wildcards. */
      readonly ownActions: readonly string[]
    }

/** An image. */
export interface LiveImage {
  readonly name: string
  readonly arch: 'arm64' | 'x86_64'
  /** UTC day. */
  readonly createdOn: string
}

/** A PodDisruptionBudget with its status. */
export interface LiveBudget {
  /** `namespace/name`. */
  readonly name: string
  readonly allowedCount: number
  readonly healthyCount: number
  /** Healthy pods that must stay. */
  readonly wantedCount: number
  readonly podCount: number
  /** Another budget that has one of its pods: the API server then evicts neither. */
  readonly overlaps?: string
}
