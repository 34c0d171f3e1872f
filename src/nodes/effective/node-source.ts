/** What a node group says about its nodes, whoever told it. Nodes layer, types and a look-up. */

import type { StringMap, Taint } from '../../world/kube-objects.ts'
import { type AmiChoice, type AmiFamily, amiParameters } from '../ami-parameters.ts'
import type { ClusterFacts } from '../bootstrap.ts'

/** Who brings a value about. */
export type OriginBy =
  /** A line of the fleet file. */
  | 'fleet file'
  /** Not written anywhere: what Regroup takes instead. */
  | 'default'
  | 'node group'
  | 'launch template'
  | 'Auto Scaling group'
  /** EKS adds it to the user data or puts it on the node. */
  | 'EKS'
  /** bootstrap.sh, nodeadm or Bottlerocket itself. */
  | 'AMI'
  | 'kubelet'
  | 'cloud controller'
  | 'cluster-autoscaler'
  | 'EBS CSI driver'
  | 'instance type'

/** Where a value comes from. */
export interface Origin {
  readonly by: OriginBy
  /** e.g. `fleet.yaml:12:5`, `lt-0abc version 3`; undefined where `by` says it all. */
  readonly place?: string
}

/** A node group before EKS and the image have added theirs. */
export interface NodeSource {
  readonly clusterName: string
  readonly nodeGroupName: string
  readonly region: string
  /** Undefined while subnets are unknown, or with several. */
  readonly zone: string | undefined
  /** Minor, e.g. `1.35`. */
  readonly kubernetesVersion: string
  readonly family: AmiFamily
  readonly arch: AmiChoice['arch']
  readonly variant: AmiChoice['variant']
  /** As AWS says it; undefined = what follows from family, arch and variant. */
  readonly amiType?: string
  /** The template names the image: EKS merges nothing. */
  readonly imageId: string | undefined
  /** `latest` or an exact release; empty with an image of the team's own. */
  readonly releaseVersion: string
  readonly capacityType: 'SPOT' | 'ON_DEMAND' | 'CAPACITY_BLOCK'
  readonly instanceTypes: readonly string[]
  /** Of the node group, as EKS passes them on. */
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  /** Of the template, plain text; empty without any. */
  readonly userData: string
  readonly template: { readonly id: string; readonly version: string } | undefined
  /** What is known of the cluster; the rest is shown as a placeholder. */
  readonly cluster: Partial<ClusterFacts>
  readonly nodeGroupTags: StringMap
  /** Tags of the Auto Scaling group that EKS made; empty while there is none. */
  readonly groupTags: StringMap
  /** What EKS never changes besides; compared only with sources of the same kind. */
  readonly placement: { readonly nodeRole: string; readonly subnets: unknown }
  /** By dotted key of the fleet file, e.g. `labels.team`, `kubelet.maxPods`. */
  readonly origins: Readonly<Record<string, Origin>>
  /** Of everything that `origins` does not name. */
  readonly origin: Origin
}

/** Where a value comes from: its own key, the key above it, or the whole source. */
export function originOf({ origin, origins }: NodeSource, key: string): Origin {
  for (let at = key; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const found = origins[at]
    if (found !== undefined) return found
  }
  return origin
}

/** True when EKS merges its part into the user data. */
export function isMerged({ imageId }: Pick<NodeSource, 'imageId'>): boolean {
  return imageId === undefined
}

/** As EKS spells it: `CUSTOM` with an image of the template, empty where no image is published. */
export function amiTypeOf(source: NodeSource): string {
  if (!isMerged(source)) return 'CUSTOM'
  return source.amiType ?? amiParameters(source)?.amiType ?? ''
}
