/** Lists: selected, in key order, in chunks that stay consistent. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import { objectKey } from '../../../kube/store.ts'
import { statusAnswer } from '../answer/answer.ts'
import type { ListMeta } from '../answer/objects.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { failure, refusal, StatusError } from '../http/status.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'
import { fieldsMeet } from './field-selector.ts'
import { labelsMeet } from './label-selector.ts'
import { type ListQuery, parseListQuery } from './list-options.ts'
import { listAtVersion } from './past.ts'
import { futureWaitMs, tooLargeVersion } from './too-large.ts'

/** Answers a list. @throws StatusError for queries that the server refuses. */
export function listObjects(context: WireContext, call: ResourceCall): Outcome {
  const query = parseListQuery(call.query, call.resource, false)
  const current = context.store.resourceVersion
  if (Number(query.resourceVersion) > current) {
    const status = failure(tooLargeVersion(query.resourceVersion, current))
    return { afterMs: futureWaitMs, answer: statusAnswer(status, 504, call.form.encoding) }
  }
  const { items, meta } = selectPage(context, call, query)
  return context.writer.list(call.resource, items, meta, call.form)
}

/** True for objects of the path's namespace that meet the selectors. */
export function isSelected(call: ResourceCall, query: ListQuery, object: KubeObject): boolean {
  const { metadata } = object
  const { namespace } = call.path
  if (namespace !== undefined && metadata.namespace !== namespace) return false
  if (query.labels.length > 0 && !labelsMeet(query.labels, metadata.labels ?? {})) return false
  return query.fields.length === 0 || fieldsMeet(query.fields, object)
}

interface Page {
  readonly items: readonly KubeObject[]
  readonly meta: ListMeta
}

function selectPage(context: WireContext, call: ResourceCall, query: ListQuery): Page {
  const isContinued = query.continueToken !== ''
  const token = isContinued ? decodeContinue(query.continueToken) : undefined
  const current = context.store.resourceVersion
  const asked =
    token === undefined
      ? query.match === 'Exact'
        ? Number(query.resourceVersion)
        : current
      : token.resourceVersion
  const version = asked === -1 ? current : asked
  // A token of the world before a reset names a version that this one has not reached.
  const objects = version > current ? undefined : objectsAt(context, call, query, version)
  if (objects === undefined) throw expired(token?.startKey)
  const selected = objects.filter((one) => isSelected(call, query, one))
  const from = token === undefined ? 0 : indexAfter(selected, fullKey(call, token.startKey))
  const rest = from === 0 ? selected : selected.slice(from)
  const isUnlimited = query.limit === 0 || query.resourceVersion === '0'
  const resourceVersion = String(version)
  if (isUnlimited || rest.length <= query.limit) return { items: rest, meta: { resourceVersion } }
  const items = rest.slice(0, query.limit)
  const last = items.at(-1) as KubeObject
  const continueToken = encodeContinue({ resourceVersion: version, startKey: startKey(call, last) })
  const hasSelector = query.labels.length > 0 || query.fields.length > 0
  const remaining = hasSelector ? {} : { remainingItemCount: rest.length - query.limit }
  return { items, meta: { resourceVersion, continueToken, ...remaining } }
}

/** The smallest set that holds all selected objects; undefined when the version is too old. */
function objectsAt(
  { cluster, store }: WireContext,
  { path, resource }: ResourceCall,
  { fields }: ListQuery,
  version: number,
): readonly KubeObject[] | undefined {
  const kind = resource.storeKind
  if (kind === 'Pod' && version === store.resourceVersion) {
    const node = fields.find((one) => one.label === 'spec.nodeName' && one.isEqual)?.value ?? ''
    const indexed =
      node !== ''
        ? store.podsOnNode(node)
        : path.namespace === undefined
          ? undefined
          : store.podsInNamespace(path.namespace)
    if (indexed !== undefined) {
      return [...indexed.keys()].sort().map((key) => indexed.get(key) as KubeObject)
    }
  }
  return listAtVersion(store, (since) => cluster.changesSince(since), kind, version)
}

/** Keys are sorted, so the rest of the list is found by halving. */
function indexAfter(objects: readonly KubeObject[], key: string): number {
  let low = 0
  let high = objects.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { name, namespace } = (objects[middle] as KubeObject).metadata
    if (objectKey(namespace, name) <= key) low = middle + 1
    else high = middle
  }
  return low
}

function startKey({ path, resource }: ResourceCall, { metadata }: KubeObject): string {
  if (!resource.isNamespaced || path.namespace !== undefined) return metadata.name
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

function fullKey({ path, resource }: ResourceCall, start: string): string {
  if (!resource.isNamespaced) return `/${start}`
  return path.namespace === undefined ? start : `${path.namespace}/${start}`
}

/** What a token answers that has outlived its list. @throws StatusError 400 for what is no token. */
export function expiredContinue(token: string): StatusError {
  return expired(decodeContinue(token).startKey)
}

/** A fresh token goes on at the same key, at whatever version is there then. */
function expired(start: string | undefined): StatusError {
  if (start === undefined) {
    return refusal(410, 'The resourceVersion for the provided list is too old.')
  }
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
  const token = encodeContinue({ resourceVersion: -1, startKey: start })
  return new StatusError({ code: 410, reason: 'Expired', message, metadata: { continue: token } })
}
