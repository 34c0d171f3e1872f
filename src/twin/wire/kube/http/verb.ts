/** The verb of a request as RBAC names it. Twin layer, pure. */

import { isTrue } from '../read/list-options.ts'
import type { ResourcePath } from './request.ts'

/** Verbs of single objects by HTTP method. */
export const verbsByMethod: Readonly<Record<string, string>> = {
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
  PATCH: 'patch',
  POST: 'create',
  PUT: 'update',
}

/** True for a request that opens a watch; `watch=true` on a named object is ignored. */
export function isWatchRequest(
  { isWatchPath, name }: ResourcePath,
  query: URLSearchParams,
): boolean {
  return isWatchPath || (name === '' && isTrue(query.get('watch')))
}

/** `list`, `deletecollection`, `patch`, ...; unknown methods in lower case. */
export function verbOf(method: string, { name }: ResourcePath, isWatch: boolean): string {
  if (method === 'GET' && name === '') return isWatch ? 'watch' : 'list'
  if (method === 'DELETE' && name === '') return 'deletecollection'
  return verbsByMethod[method] ?? method.toLowerCase()
}
