/** Query of lists and watches: numbers, selectors and the rules between them. Twin layer, pure. */

import type { SelectorRequirement } from '../../../../world/kube-objects.ts'
import { type Fault, invalidOptions } from '../http/refusals.ts'
import { badRequest } from '../http/status.ts'
import type { Resource } from '../resources/resource.ts'
import { type FieldTerm, parseFields } from './field-selector.ts'
import { parseLabels } from './label-selector.ts'

/** A checked query. */
export interface ListQuery {
  readonly labels: readonly SelectorRequirement[]
  readonly fields: readonly FieldTerm[]
  /** 0 = no limit. */
  readonly limit: number
  readonly continueToken: string
  readonly resourceVersion: string
  readonly match: string
  readonly timeoutSeconds: number | undefined
  readonly hasBookmarks: boolean
  readonly sendsInitialEvents: boolean | undefined
}

/** Reads and checks a query. @throws StatusError 400 or 422. */
export function parseListQuery(
  query: URLSearchParams,
  resource: Resource,
  isWatch: boolean,
): ListQuery {
  const sends = query.get('sendInitialEvents')
  const result: ListQuery = {
    labels: parseLabels(query.get('labelSelector') ?? ''),
    fields: parseFields(query.get('fieldSelector') ?? '', resource),
    limit: Math.max(0, integer(query, 'limit') ?? 0),
    continueToken: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    timeoutSeconds: integer(query, 'timeoutSeconds'),
    hasBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendsInitialEvents: sends === null ? undefined : isTrue(sends),
  }
  const fault = isWatch ? watchFault(result) : listFault(result)
  if (fault !== undefined) throw invalidOptions('ListOptions', fault)
  if (!isWatch) checkVersion(result.resourceVersion)
  if (result.continueToken !== '' && !['', '0'].includes(result.resourceVersion)) {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  return result
}

/** Go reads any text but these as true. */
export function isTrue(text: string | null): boolean {
  return text !== null && text !== '0' && text.toLowerCase() !== 'false'
}

/** A resourceVersion is a decimal number or absent. @throws StatusError 400. */
export function checkVersion(text: string): void {
  if (/^\d{0,19}$/.test(text)) return
  throw badRequest(`invalid resource version: ${versionFault(text)}`)
}

/** Words for a resourceVersion that is no number. */
export function versionFault(text: string): string {
  const why = `strconv.ParseUint: parsing "${text}": invalid syntax`
  return `resourceVersion: Invalid value: "${text}": ${why}`
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d{1,18}$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`)
  }
  return Number(text)
}

function forbiddenFault(field: string, why: string): Fault {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` }
}

function watchFault(query: ListQuery): Fault | undefined {
  if (query.sendsInitialEvents === undefined) {
    if (query.match === '') return undefined
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
    return forbiddenFault('resourceVersionMatch', why)
  }
  if (query.match === 'NotOlderThan') return undefined
  const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
  return forbiddenFault('resourceVersionMatch', why)
}

function listFault(query: ListQuery): Fault | undefined {
  const { match, resourceVersion, sendsInitialEvents } = query
  if (sendsInitialEvents !== undefined) {
    return forbiddenFault('sendInitialEvents', 'sendInitialEvents is forbidden for list')
  }
  if (match === '') return undefined
  const field = 'resourceVersionMatch'
  if (resourceVersion === '') {
    return forbiddenFault(field, `${field} is forbidden unless resourceVersion is provided`)
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    const message = `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`
    return { field, reason: 'FieldValueNotSupported', message }
  }
  if (match !== 'Exact' || resourceVersion !== '0') return undefined
  return forbiddenFault(field, `${field} "exact" is forbidden for resourceVersion "0"`)
}
