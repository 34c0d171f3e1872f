/** The closed set of things Regroup does. Each is idempotent and carries its own guard. Decide layer. */

import type { StringMap } from '../world/kube-objects.ts'
import type { MigrationRecord } from './observed.ts'

/** What a new managed node group is created with. */
export interface NodeGroupCreation {
  readonly nodeGroupName: string
  readonly subnetIds: readonly string[]
  readonly nodeRole: string
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
  /** Undefined with a custom AMI in the launch template. */
  readonly amiType: string | undefined
  readonly releaseVersion: string | undefined
  readonly instanceTypes: readonly string[]
  readonly minSize: number
  readonly maxSize: number
  readonly desiredSize: number
  readonly labels: StringMap
  readonly taints: readonly {
    readonly key: string
    readonly value?: string
    readonly effect: 'NO_SCHEDULE' | 'NO_EXECUTE' | 'PREFER_NO_SCHEDULE'
  }[]
  readonly tags: StringMap
  readonly updateConfig: { maxUnavailable?: number; maxUnavailablePercentage?: number } | undefined
  readonly launchTemplate: LaunchTemplateContent
}

/** A launch template as it must be; `data` is the SDK's RequestLaunchTemplateData as plain JSON. */
export interface LaunchTemplateContent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
  readonly tags: StringMap
  /** Its `UserData` is too long as it stands and travels as gzip; `data` has it plain. */
  readonly isGzipped: boolean
  /** Hash of `data`: part of the idempotency token. */
  readonly contentHash: string
}

/** Why and for whom an action is done: shown in events, never parsed. */
interface ActionBase {
  /** The object acted on, e.g. `eks-shop-a-spot-arm64-...`, `ip-10-0-1-2...`, `shop-1/web-0`. */
  readonly object: string
  /** One sentence for people. */
  readonly reason: string
}

/** One step. */
export type Action = ActionBase &
  (
    | {
        readonly kind: 'update-control-plane'
        readonly fromVersion: string
        readonly toVersion: string
      }
    | { readonly kind: 'update-addon'; readonly addonName: string; readonly addonVersion: string }
    | {
        readonly kind: 'set-autoscaler-image'
        readonly namespace: string
        readonly deployment: string
        readonly container: string
        readonly image: string
      }
    | { readonly kind: 'create-node-group'; readonly creation: NodeGroupCreation }
    | {
        readonly kind: 'publish-priorities'
        readonly text: string
        readonly annotations: StringMap
        readonly resourceVersion: string | undefined
      }
    | {
        readonly kind: 'fence-group'
        readonly groupName: string
        readonly maxSize: number
        readonly suspend: readonly string[]
        /** Previous values, written to the group before anything of it is changed. */
        readonly fenceTag: string
        readonly removeTags: readonly string[]
      }
    | {
        readonly kind: 'scale-up'
        readonly groupName: string
        readonly fromCount: number
        readonly toCount: number
      }
    | { readonly kind: 'withdraw-launches'; readonly groupName: string; readonly toCount: number }
    | { readonly kind: 'protect-node'; readonly nodeName: string }
    | { readonly kind: 'unprotect-node'; readonly nodeName: string }
    | { readonly kind: 'prefer-no-schedule'; readonly nodeName: string }
    | {
        readonly kind: 'cordon'
        readonly nodeName: string
        readonly uid: string
        /** Someone else has cordoned it already; absent = nobody has. */
        readonly wasCordoned?: true
      }
    | {
        readonly kind: 'evict'
        readonly namespace: string
        readonly pod: string
        readonly uid: string
        readonly nodeName: string
      }
    | { readonly kind: 'lower-minimum'; readonly groupName: string }
    | {
        readonly kind: 'terminate'
        readonly groupName: string
        readonly instanceId: string
        readonly nodeName: string | undefined
      }
    | { readonly kind: 'mark-empty'; readonly groupName: string; readonly atMs: number }
    | { readonly kind: 'delete-warm-pool'; readonly groupName: string }
    | { readonly kind: 'delete-group'; readonly groupName: string }
    | {
        readonly kind: 'restore-group'
        readonly groupName: string
        readonly minSize: number
        readonly maxSize: number
        /** Processes that ran before the fence. */
        readonly resume: readonly string[]
        /** The autoscaler's discovery tag before; undefined = it had none. */
        readonly discovery: { readonly value: string; readonly isPropagated: boolean } | undefined
        /** Ours, removed when everything else is as it was. */
        readonly removeTags: readonly string[]
      }
    | { readonly kind: 'restore-node'; readonly nodeName: string }
    | {
        readonly kind: 'restore-priorities'
        /** Undefined = there was no map. */
        readonly text: string | undefined
        readonly resourceVersion: string
      }
    | { readonly kind: 'write-record'; readonly record: Omit<MigrationRecord, 'exists'> }
    | { readonly kind: 'delete-record' }
  )

/** Name of an action kind. */
export type ActionKind = Action['kind']
