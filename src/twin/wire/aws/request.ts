/** A request as the protocols read it, and an answer before it is sent. Twin layer, types only. */

/** One HTTP request with its whole body. */
export interface WireRequest {
  readonly method: string
  /** Path without the query, percent-encoded as it came. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** One HTTP answer. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
