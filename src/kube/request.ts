/** What one call to an API server is, for the transport and for messages. Kube layer, types only. */

import type { KubeKind } from '../world/kube-objects.ts'

/** The verbs of RBAC. */
export type KubeVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

/** Whom a call is about: what an error message and an RBAC rule need. */
export interface CallSubject {
  readonly verb: KubeVerb
  /** Undefined for paths that are no resource, such as /version. */
  readonly kind?: KubeKind
  readonly subresource?: string
  readonly namespace?: string | undefined
  readonly name?: string
}

/** One request. */
export interface KubeRequest {
  readonly subject: CallSubject
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with its query, without the path prefix of the server. */
  readonly path: string
  readonly body?: unknown
  /** Of the body; default application/json. */
  readonly contentType?: string
  /** Asks for a compressed answer; for lists. */
  readonly isCompressed?: boolean
}

/** A whole answer; `json` is undefined when the body is no JSON. */
export interface KubeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly json: unknown
}
