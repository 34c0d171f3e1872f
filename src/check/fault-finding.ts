/** A fault as a finding: words, severity and AWS answer of the catalogue's row. Check layer, pure. */

import { assert } from '../world/assert.ts'
import type { SourceLocation } from '../world/finding.ts'
import { type CatalogueRow, catalogueRow } from './catalogue.ts'
import type { CheckFinding } from './check-finding.ts'
import type { Fault } from './rule.ts'

/** `groups` are the names of those that share it. */
export function faultFinding(
  id: string,
  fault: Fault,
  place: { readonly location: SourceLocation | undefined; readonly groups: readonly string[] },
): CheckFinding {
  const row = catalogueRow(id)
  assert(row !== undefined, `rule ${id} is a row of the catalogue`)
  const { groups, location } = place
  const aws = awsText(row, fault.values ?? {})
  return {
    code: id,
    severity: row.severity,
    message: fault.message ?? filled(row.message, fault.values ?? {}),
    remedy: sentence(row.remedy),
    path: fault.member,
    groups,
    ...(location === undefined ? {} : { location }),
    ...(aws === undefined ? {} : { aws }),
  }
}

/** `{name}` replaced; a name without a value stays, so that a test sees it. */
function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{([^{}]+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  )
}

/** First code and first text of a row; undefined when AWS says nothing. */
function awsText(row: CatalogueRow, values: Fault['values'] & {}): CheckFinding['aws'] {
  const code = firstOf(row.aws?.code)
  const text = firstOf(row.aws?.text)
  if (code === undefined && text === undefined) return undefined
  const shown = (text ?? '').replace(/\btemplate X\b/, `template ${values.lt ?? 'X'}`)
  return { code: code ?? '', text: shown }
}

function firstOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}

/** The catalogue writes remedies as notes. */
function sentence(text: string): string {
  const first = `${text.charAt(0).toUpperCase()}${text.slice(1)}`
  return /[.?!]$/.test(first) ? first : `${first}.`
}
