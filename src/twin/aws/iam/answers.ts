/** What IAM's answers have in common: ids, tags, pages. Twin layer. */

import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { pageOf } from '../page.ts'

/** Items a page unless the call says less. */
const pageMax = 100

/** An id as IAM makes them: a prefix for the kind and letters or digits, 21 in all. */
export function uniqueId(account: AwsAccount, prefix: string): string {
  return prefix + account.kernel.hexId(`iam-${prefix}`, 17).toUpperCase()
}

/** Tags as a plain map. */
export function tagMap(
  tags:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined,
): StringMap {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}

/** Tags as IAM answers them. */
export function tagList(tags: StringMap): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

/** A page and the members that every list of IAM's ends with. */
export function iamPage<T>(
  all: readonly T[],
  input: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
): {
  readonly page: readonly T[]
  readonly answer: { readonly IsTruncated: boolean; readonly Marker?: string }
} {
  const { next, page } = pageOf(all, { token: input.Marker, size: input.MaxItems ?? pageMax })
  return {
    page,
    answer: { IsTruncated: next !== undefined, ...(next === undefined ? {} : { Marker: next }) },
  }
}
