/** Calls of the wire in the world's journal, worded as those of the port in process. Twin layer. */

import type { Outcome, WireContext } from './context.ts'
import { resourcePathOf, splitUrl, type WireRequest, type WireUser } from './http/request.ts'
import { isWatchRequest, verbOf } from './http/verb.ts'

/** Adds the call of a resource with what became of it; other paths say nothing about the world. */
export function journalCall(
  { kernel, registry }: WireContext,
  request: WireRequest,
  user: WireUser,
  outcome: Outcome,
): void {
  const { path, query } = splitUrl(request.url)
  const found = resourcePathOf(path)
  if (found === undefined) return
  const { group, name, namespace, resource, subresource, version } = found
  const kind = registry.find(group, version, resource)?.kind ?? resource
  const verb = verbOf(request.method, found, isWatchRequest(found, query))
  const place = namespace === undefined ? '' : `${namespace}/`
  const isEviction = subresource === 'eviction'
  const suffix = subresource === '' ? '' : `/${subresource}`
  const object =
    name === ''
      ? `${kind} ${JSON.stringify(selectionOf(namespace, query))}`
      : `${kind} ${place}${name}${suffix}`
  kernel.journal.add({
    kind: 'call',
    actor: user.name,
    what: `kube:${isEviction ? 'evict' : verb}`,
    object: isEviction ? `${place}${name}` : object,
    detail: detailOf(outcome),
  })
}

function selectionOf(namespace: string | undefined, query: URLSearchParams): object {
  const [fieldSelector, labelSelector] = [query.get('fieldSelector'), query.get('labelSelector')]
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector ? { labelSelector } : {}),
    ...(fieldSelector ? { fieldSelector } : {}),
  }
}

function detailOf(outcome: Outcome): string {
  if (typeof outcome === 'function') return 'ok'
  const { code } = 'afterMs' in outcome ? outcome.answer : outcome
  return code < 400 ? 'ok' : `HTTP ${code}`
}
