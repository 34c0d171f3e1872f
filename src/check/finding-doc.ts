/** What a finding code means, for every code there is. Check layer, pure. */

import { catalogue, catalogueRow } from './catalogue.ts'
import { fileFindingCauses } from './file-findings.ts'
import { undecidedReason } from './undecided.ts'

/** The documentation of one code. */
export interface FindingDoc {
  readonly code: string
  /** Undefined for codes of files: those are errors unless the cause says otherwise. */
  readonly severity?: 'error' | 'warning' | 'info'
  /** What makes it true. */
  readonly cause: string
  /** As it is printed, with {braces} for values; undefined for codes of files. */
  readonly message?: string
  readonly remedy?: string
  /** When it would show without us: `sync`, `async`, `launch`, `runtime`, `local`. */
  readonly phase?: string
  readonly aws?: { readonly code?: string; readonly text?: string }
  /** False when nobody was seen who reported the refusal. */
  readonly verified?: boolean
  /** Why `check` does not report it offline; undefined when it does. */
  readonly undecided?: string
  /** The document that lists codes of its kind. */
  readonly page: string
}

/** Everything known about a code; undefined for unknown ones. Codes are compared without case. */
export function findingDoc(code: string): FindingDoc | undefined {
  const row = catalogueRow(code.toUpperCase())
  if (row === undefined) {
    const known = code.toLowerCase()
    const cause = Object.hasOwn(fileFindingCauses, known) ? fileFindingCauses[known] : undefined
    return cause === undefined ? undefined : { code: known, cause, page: 'docs/findings.md' }
  }
  const why = undecidedReason(row)
  const { aws } = row
  return {
    code: row.id,
    severity: row.severity,
    cause: row.condition,
    message: row.message,
    remedy: row.remedy,
    phase: row.phase,
    verified: row.verified,
    page: 'docs/rules.md',
    ...(aws === null ? {} : { aws: { ...said('code', aws.code), ...said('text', aws.text) } }),
    ...(why === undefined ? {} : { undecided: why }),
  }
}

/** All codes: those of the catalogue in its order, then those of files. */
export function findingCodes(): readonly string[] {
  return [...catalogue.map(({ id }) => id), ...Object.keys(fileFindingCauses)]
}

function said<Key extends string>(
  key: Key,
  value: string | readonly string[] | undefined,
): Partial<Record<Key, string>> {
  if (value === undefined) return {}
  const text = typeof value === 'string' ? value : value.join(' | ')
  return { [key]: text } as Partial<Record<Key, string>>
}

const phases: Readonly<Record<string, string>> = {
  async: 'the call is taken, the node group or its update fails later',
  launch: 'EC2 or Auto Scaling refuses the instances',
  local: 'never: AWS takes it without a word',
  runtime: 'later, in the cluster',
  sync: 'the call is refused at once',
}

/** The documentation as lines of text. */
export function findingDocText(doc: FindingDoc): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['severity', doc.severity],
    ['cause', doc.cause],
    ['message', doc.message],
    ['remedy', doc.remedy],
    ['shows', doc.phase === undefined ? undefined : phases[doc.phase]],
    ['AWS code', doc.aws?.code],
    ['AWS text', doc.aws?.text],
    ['verified', doc.verified === false ? 'no: the refusal or its text was not seen' : undefined],
    ['offline', doc.undecided],
    ['see', doc.page],
  ]
  const lines = rows.flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name.padEnd(9)} ${text}`],
  )
  return `${doc.code}\n${lines.join('\n')}\n`
}
