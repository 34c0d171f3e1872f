/** A request as faults select it. Twin layer, pure. */

import type { KubeAsked } from '../../kube-fault.ts'
import { resourcePathOf, splitUrl, type WireRequest } from '../http/request.ts'
import { isWatchRequest, verbOf } from '../http/verb.ts'

/** Verb and resource as RBAC names them. */
export function askedOf(cluster: string, { method, url }: WireRequest): KubeAsked {
  const { path, query } = splitUrl(url)
  const found = resourcePathOf(path)
  if (found === undefined) {
    const verb = method === 'GET' ? 'get' : method.toLowerCase()
    return { cluster, verb, resource: path, isContinued: false }
  }
  const { resource, subresource } = found
  return {
    cluster,
    verb: verbOf(method, found, isWatchRequest(found, query)),
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    isContinued: found.name === '' && (query.get('continue') ?? '') !== '',
  }
}
