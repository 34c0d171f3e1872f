/** A request and what its path asks for. Twin layer, pure. */

/** One HTTP request with its whole body. */
export interface WireRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  /** Names in lower case; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Who sends a request, after impersonation. */
export interface WireUser {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
  readonly extra?: Readonly<Record<string, readonly string[]>>
  /** What access policies of EKS grant besides bindings. */
  readonly access?: readonly AccessGrant[]
}

/** One access policy of an access entry. */
export interface AccessGrant {
  /** The ClusterRole that it is like; `read-all` is like none. */
  readonly role: 'cluster-admin' | 'admin' | 'edit' | 'view' | 'read-all'
  /** Undefined = the whole cluster. */
  readonly namespaces?: readonly string[]
}

/** A path under /api or /apis; `subresource` and `name` are '' where absent. */
export interface ResourcePath {
  readonly group: string
  readonly version: string
  /** Undefined for cluster-scoped paths and lists over all namespaces. */
  readonly namespace: string | undefined
  readonly resource: string
  readonly name: string
  readonly subresource: string
  /** The old form /api/v1/watch/... */
  readonly isWatchPath: boolean
}

/** Splits a request's URL. @throws TypeError never: broken escapes stay as they are. */
export function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return { path, query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)) }
}

/** The resource that a path names; undefined for all other paths. */
export function resourcePathOf(path: string): ResourcePath | undefined {
  const parts = path.split('/').slice(1).map(decoded)
  if (parts.at(-1) === '') parts.pop()
  const isCore = parts[0] === 'api'
  if (!isCore && parts[0] !== 'apis') return undefined
  const group = isCore ? '' : (parts[1] ?? '')
  const version = parts[isCore ? 1 : 2]
  let rest = parts.slice(isCore ? 2 : 3)
  if (version === undefined || rest.length === 0) return undefined
  const isWatchPath = rest[0] === 'watch' && rest.length > 1
  if (isWatchPath) rest = rest.slice(1)
  const isInNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')
  const namespace = isInNamespace ? rest[1] : undefined
  if (isInNamespace) rest = rest.slice(2)
  const [resource = '', name = '', ...sub] = rest
  return { group, version, namespace, resource, name, subresource: sub.join('/'), isWatchPath }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
