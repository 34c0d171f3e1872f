/** State of IAM: roles, policies, instance profiles, identity providers. Twin layer. */

import type { StringMap } from '../../../world/kube-objects.ts'

/** A role. */
export interface RoleState {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly arn: string
  readonly createdMs: number
  /** JSON text, as given. */
  trustPolicy: string
  description: string
  maxSessionSeconds: number
  readonly boundaryArn: string | undefined
  /** ARNs of managed policies. */
  readonly attached: Set<string>
  /** Inline policies: JSON texts by name. */
  readonly inline: Map<string, string>
  tags: StringMap
}

/** A policy of the customer's, in its only version. */
export interface PolicyState {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly arn: string
  readonly createdMs: number
  readonly description: string
  /** JSON text, as given. */
  readonly document: string
  tags: StringMap
}

/** An instance profile: at most one role. */
export interface ProfileState {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly arn: string
  readonly createdMs: number
  roleName: string | undefined
  tags: StringMap
}

/** An OpenID Connect provider. */
export interface ProviderState {
  readonly arn: string
  readonly url: string
  readonly createdMs: number
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  tags: StringMap
}

/** IAM of one account. */
export class Iam {
  readonly roles = new Map<string, RoleState>()
  /** By ARN. */
  readonly policies = new Map<string, PolicyState>()
  readonly profiles = new Map<string, ProfileState>()
  /** By ARN. */
  readonly providers = new Map<string, ProviderState>()
}
