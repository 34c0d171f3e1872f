/** What the rules look at: node groups as EKS would get them, whatever file they come from. Check layer, types only. */

import type { AmiFamily } from '../nodes/ami-parameters.ts'
import type { SourceLocation } from '../world/finding.ts'
import type { StringMap, Taint } from '../world/kube-objects.ts'
import type { LiveFacts } from './live/live-facts.ts'
import type { UserDataFacts } from './user-data-facts.ts'

/**
 * Where a member stands: `instanceTypes`, `labels.team`, `template.ImageId`, `userData`. The nearest known
 * place when the member itself is nowhere; undefined only when the input has no positions.
 */
export type PlaceOf = (member: string, line?: number) => SourceLocation | undefined

/** All of one input. */
export interface InputFacts {
  readonly kind: 'fleet' | 'launch-template' | 'user-data' | 'terraform-plan'
  readonly clusters: readonly ClusterFacts[]
  /** Providers and data sources that a plan uses, e.g. `data.template_file.user_data`. */
  readonly archivedSources: readonly string[]
  readonly at: PlaceOf
}

/** One cluster with its groups; nameless when the input knows of none. */
export interface ClusterFacts {
  readonly name: string | undefined
  /** All its groups are in the input. */
  readonly isComplete: boolean
  /** Minor of the control plane after the change, e.g. `1.35`; undefined = not known. */
  readonly version?: string
  /** Minor before it, when the input changes it. */
  readonly versionBefore?: string
  /** The one that EKS makes; known for clusters that exist. */
  readonly securityGroupId?: string
  readonly groups: readonly GroupFacts[]
  /** What only AWS and the cluster know; offline undefined. */
  readonly live?: LiveFacts
  readonly at: PlaceOf
}

/** One node group as it would be sent; members that the input does not know are undefined. */
export interface GroupFacts {
  /** As EKS gets it; undefined for a template or user data alone. */
  readonly name?: string
  /** For people: `cluster/group`, or the template, or the file. */
  readonly shownAs: string
  /** Groups of one block of a configuration, which share its faults; undefined = told by the place. */
  readonly block?: string
  /** What the input does with it; undefined = no group is touched. */
  readonly action?: 'create' | 'update' | 'replace' | 'keep'
  readonly amiFamily?: AmiFamily
  readonly amiType?: string
  /** `eks`: EKS merges its part into the user data. `custom`: the template names the image. */
  readonly amiMode?: 'eks' | 'custom'
  readonly capacityType?: 'ON_DEMAND' | 'SPOT' | 'CAPACITY_BLOCK'
  /** Of the group itself, not of the template. */
  readonly instanceTypes?: readonly string[]
  readonly version?: string
  readonly releaseVersion?: string
  /** SSM parameter that the release is read from at each plan. */
  readonly releaseParameter?: string
  readonly labels?: StringMap
  readonly taints?: readonly Taint[]
  readonly scaling?: ScalingFacts
  /** `none`: the group has no update configuration of its own. */
  readonly updateConfig?: UpdateFacts | 'none'
  /** Ids; empty when no subnet fits. */
  readonly subnetIds?: readonly string[]
  /** ARN. */
  readonly nodeRole?: string
  /** GiB. */
  readonly diskSize?: number
  readonly hasRemoteAccess?: boolean
  /** The name is made of a position in a list. */
  readonly isNamedByIndex?: boolean
  /** A replacement stands before what it replaces is gone. */
  readonly isCreatedFirst?: boolean
  readonly template?: TemplateFacts
  /** Undefined when there is none, or when it is not known. */
  readonly userData?: UserDataFacts
  readonly isUserDataKnown: boolean
  /** The group as it is now, for changes of one that exists. */
  readonly before?: GroupBefore
  readonly at: PlaceOf
}

/** Node counts. */
export interface ScalingFacts {
  readonly min: number
  readonly max: number
  readonly desired?: number
}

/** How many nodes an update may take at once. */
export interface UpdateFacts {
  readonly maxUnavailable?: number
  readonly maxUnavailablePercentage?: number
}

/** Members of a group before the change. */
export interface GroupBefore {
  readonly name?: string
  readonly version?: string
  readonly scaling?: ScalingFacts
  /** Id or name of the template; `none` when it has none. */
  readonly templateId?: string
  /** Whether its template names an image. */
  readonly hasImage?: boolean
}

/** The launch template of a group. */
export interface TemplateFacts {
  /** Name or id, for sentences. */
  readonly name: string
  readonly id?: string
  /** As the group names it: a number, `$Latest` or `$Default`. */
  readonly version?: string
  /** EC2's RequestLaunchTemplateData; undefined when the template is not in the input. */
  readonly data?: Readonly<Record<string, unknown>>
  /** Fields of `data` that are decided later: nothing is claimed about them. */
  readonly unknownFields: ReadonlySet<string>
  /** SSM parameter that the image is read from at each plan. */
  readonly imageParameter?: string
  /** Ways in which the group names it: EKS takes exactly one. */
  readonly references?: readonly ('id' | 'name')[]
  /** The version that this one replaces. */
  readonly before?: { readonly version: string; readonly hasImage: boolean }
}
