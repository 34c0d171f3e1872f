/** Pages of lists, with the position as token. Twin layer, pure. */

/** One page; `next` is undefined on the last one. */
export interface Page<T> {
  readonly page: readonly T[]
  readonly next: string | undefined
}

/** The page that starts at the token (the first without one), `size` entries long. */
export function pageOf<T>(
  all: readonly T[],
  options: { readonly token: string | undefined; readonly size: number },
): Page<T> {
  const start = Number(options.token ?? 0)
  const end = start + options.size
  return { page: all.slice(start, end), next: end < all.length ? String(end) : undefined }
}
