/** The catalogue of launch template rules: what EKS, EC2 and the node refuse, and in which words. Check layer, data. */

import table from '../../data/launch-template-rules.json' with { type: 'json' }
import type { FindingSeverity } from '../world/finding.ts'
import { ownRows } from './own-rows.ts'

/** What AWS answers; some codes have several texts. */
export interface AwsAnswer {
  readonly code?: string | readonly string[]
  /** HTTP status; null where the answer is a health issue. */
  readonly status?: number | readonly (number | null)[]
  readonly text?: string | readonly string[]
  /** False when the text was seen but the code is the likely one. */
  readonly codeVerified?: boolean
}

/** One row. Ids never change. */
export interface CatalogueRow {
  readonly id: string
  readonly severity: FindingSeverity
  /** When it matters, e.g. `create`, `updateVersion`, `plan`. */
  readonly ops: readonly string[]
  readonly appliesTo: string
  /** `sync` the call is refused, `async` the group fails, `launch` instances fail, `runtime` later, `local` ours. */
  readonly phase: string
  readonly condition: string
  /** With {braces} for values. */
  readonly message: string
  readonly remedy: string
  readonly aws: AwsAnswer | null
  /** False: refusal or text were not seen by anybody who reported it. */
  readonly verified: boolean
  readonly refs?: readonly string[]
  /** Rules that a SEED row is an instance of. */
  readonly covers?: readonly string[]
}

/** All rows, in the order of the catalogue, then our own. */
export const catalogue: readonly CatalogueRow[] = [
  ...(table.rows as readonly CatalogueRow[]),
  ...ownRows,
]

const byId = new Map(catalogue.map((row) => [row.id, row]))

/** A row by id; undefined for unknown ids. */
export function catalogueRow(id: string): CatalogueRow | undefined {
  return byId.get(id)
}
