/** Lists a kind page by page. Kube layer. */

import { RegroupError } from '../world/failure.ts'
import type { KubeList, ListOptions } from '../world/kube-api.ts'
import type { KubeKind, KubeObjectOf } from '../world/kube-objects.ts'
import { type RetryContext, retrying } from '../world/retry.ts'
import type { Caller } from './caller.ts'
import type { KubeRequest } from './request.ts'
import { apiVersionOf, collectionPath, resourceOf, withQuery } from './resources.ts'

/** What a list works with. */
export interface ListContext {
  readonly caller: Caller
  /** Pages are repeated by themselves: twenty good ones are not thrown away for a bad one. */
  readonly retry: Omit<RetryContext, 'policy'>
}

/** Objects per page, as client-go asks. */
const pageSize = 500
/** 5 million objects: more is a server that pages in circles. */
const pagesMax = 10_000
/** The pages of one list outlive their snapshot on a slow server: then it begins anew, so many times. */
const startsMax = 3
const retryPolicy = { attemptsMax: 5, firstDelayMs: 500, delayMsMax: 10_000 }

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items?: readonly Record<string, unknown>[] | null
}

/** All objects of one moment. Rejects with a RegroupError. */
export async function listAll<K extends KubeKind>(
  context: ListContext,
  kind: K,
  options: ListOptions<K> = {},
): Promise<KubeList<K>> {
  for (let start = 1; start < startsMax; start += 1) {
    const list = await listInPages(context, kind, options, pageSize)
    if (list !== undefined) return list
  }
  const whole = await listInPages(context, kind, options, undefined)
  if (whole !== undefined) return whole
  throw new RegroupError('unavailable', `list ${kind}: it did not come to an end`)
}

/** Undefined when the pages expired between two of them (410 on continue). */
async function listInPages<K extends KubeKind>(
  context: ListContext,
  kind: K,
  options: ListOptions<K>,
  limit: number | undefined,
): Promise<KubeList<K> | undefined> {
  const items: KubeObjectOf<K>[] = []
  let token: string | undefined
  for (let count = 0; count < pagesMax; count += 1) {
    const page = await fetchPage(context, kind, options, { limit, token })
    if (page === undefined) return undefined
    takePage(kind, page, options, items)
    const { continue: next, resourceVersion = '' } = page.metadata ?? {}
    if (next === undefined || next === '') return { resourceVersion, items }
    token = next
  }
  return undefined
}

async function fetchPage<K extends KubeKind>(
  { caller, retry }: ListContext,
  kind: K,
  { fieldSelector, labelSelector, namespace }: ListOptions<K>,
  { limit, token }: { readonly limit: number | undefined; readonly token: string | undefined },
): Promise<Page | undefined> {
  const path = withQuery(collectionPath(kind, namespace), {
    limit,
    continue: token,
    labelSelector,
    fieldSelector,
  })
  const subject = { verb: 'list', kind, namespace } as const
  const request: KubeRequest = { subject, method: 'GET', path, isCompressed: true }
  return retrying({ ...retry, policy: retryPolicy }, async () => {
    const answer = await caller.send(request)
    if (answer.status === 410 && token !== undefined) return undefined
    return caller.objectOf<Page>(request, answer)
  })
}

/** Lists leave apiVersion and kind out of their items. */
function takePage<K extends KubeKind>(
  kind: K,
  page: Page,
  { transform }: ListOptions<K>,
  items: KubeObjectOf<K>[],
): void {
  const apiVersion = apiVersionOf(resourceOf(kind))
  for (const item of page.items ?? []) {
    const object = withoutManagedFields({ ...item, apiVersion, kind }) as unknown as KubeObjectOf<K>
    items.push(transform === undefined ? object : transform(object))
  }
}

/** A third of every object, and nobody here reads them; a PUT without them leaves them as they are. */
export function withoutManagedFields<T extends Record<string, unknown>>(object: T): T {
  const metadata = object.metadata as Record<string, unknown> | undefined
  if (metadata !== undefined) delete metadata.managedFields
  return object
}
