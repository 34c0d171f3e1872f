/** Everything else of a cluster: leases, events, services, maps. World layer, types only. */

import type { KubeObjectBase, StringMap } from './metadata.ts'

/** Text by key. */
export interface ConfigMap extends KubeObjectBase<'v1', 'ConfigMap'> {
  readonly data?: StringMap
}

/** `renewTime` and `acquireTime` are RFC 3339 with microseconds. */
export interface Lease extends KubeObjectBase<'coordination.k8s.io/v1', 'Lease'> {
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

/** A namespace; Terminating = it and all in it is being deleted. */
export interface Namespace extends KubeObjectBase<'v1', 'Namespace'> {
  readonly status?: { readonly phase?: 'Active' | 'Terminating' }
}

/** Kubernetes core/v1 Event. */
export interface KubeEvent extends KubeObjectBase<'v1', 'Event'> {
  readonly involvedObject: {
    readonly kind?: string
    readonly namespace?: string
    readonly name?: string
    readonly uid?: string
  }
  readonly reason?: string
  readonly message?: string
  readonly type?: string
  readonly count?: number
  readonly firstTimestamp?: string
  readonly lastTimestamp?: string
  readonly source?: { readonly component?: string }
}

/** Service; only its selector matters here. */
export interface Service extends KubeObjectBase<'v1', 'Service'> {
  readonly spec?: { readonly selector?: StringMap }
}
