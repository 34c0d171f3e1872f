/** The rows of data/eviction-cases.json and how an answer is compared with them. Test support. */

import { expect } from 'vitest'
import table from '../../../data/eviction-cases.json' with { type: 'json' }
import type { Heard } from './raw-api.ts'

/** One row. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly response: {
    readonly code?: number | string
    readonly status?: string | null
    readonly reason?: string | null
    readonly message?: string | null
    readonly causes?: readonly { readonly reason?: string; readonly message: string }[]
    readonly retryAfter?: number | null
    readonly details?: Readonly<Record<string, string>>
    readonly noDetails?: boolean
    readonly plainBody?: boolean
    readonly pdbStatus?: Readonly<Record<string, unknown>>
    readonly event?: string
  }
}

/** All 46. */
export const rows = table.rows as unknown as readonly Row[]

/** The row of an id. */
export function rowOf(id: string): Row {
  const found = rows.find((row) => row.id === id)
  if (found === undefined) throw new Error(`no case ${id}`)
  return found
}

interface StatusBody {
  readonly status?: string
  readonly reason?: string
  readonly message?: string
  readonly details?: Readonly<Record<string, unknown>> & {
    readonly causes?: readonly unknown[]
    readonly retryAfterSeconds?: number
  }
}

/** The parts of an answer that the table knows. */
function partsOf({ body, code, headers }: Heard): unknown {
  const { details, message, reason, status } = (
    typeof body === 'object' && body !== null ? body : {}
  ) as StatusBody
  const { causes = [], retryAfterSeconds = null, ...rest } = details ?? {}
  const header = headers['retry-after']
  return {
    code,
    status: status ?? null,
    reason: reason ?? null,
    message: typeof body === 'string' ? body : (message ?? null),
    causes,
    retryAfterBody: retryAfterSeconds,
    retryAfterHeader: header === undefined ? null : Number(header),
    details: rest,
  }
}

/** The answer is the row's, in every part. */
export function expectRow(heard: Heard, row: Row, values: Readonly<Record<string, string>>): void {
  const { response } = row
  const fill = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value ?? null).replace(/\{(\w+)\}/g, (whole, name: string) =>
        values[name] === undefined ? whole : JSON.stringify(values[name]).slice(1, -1),
      ),
    ) as unknown
  expect(partsOf(heard), row.id).toEqual({
    code: response.code,
    status: response.status ?? null,
    reason: response.reason ?? null,
    message: fill(response.message),
    causes: fill(response.causes),
    retryAfterBody: response.plainBody === true ? null : (response.retryAfter ?? null),
    retryAfterHeader: response.retryAfter ?? null,
    details: response.details === undefined ? {} : fill(response.details),
  })
}
