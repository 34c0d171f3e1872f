/** docs/rules.md as text: every row of the catalogue. Check layer, pure. */

import { type CatalogueRow, catalogue } from './catalogue.ts'
import { findingDoc } from './finding-doc.ts'

const head = `# Rules

What \`regroup check\` knows about managed node groups, launch templates and user data. This page is
generated from [data/launch-template-rules.json](../data/launch-template-rules.json) by
\`npm run rules\`. Ids never change;
\`regroup explain ID\` prints one.

- **Severity**: \`error\` AWS refuses it or the group breaks, \`warning\` it works but hurts, \`info\` a note.
- **Shows**: when it would be seen without a check. \`sync\` the call is refused, \`async\` the node group or
  its update fails later, \`launch\` EC2 or Auto Scaling refuses instances, \`runtime\` later in the cluster,
  \`local\` never: AWS takes it without a word.
- **Verified**: \`no\` means that nobody was seen who reported the refusal or its text; \`code assumed\` that
  the text was seen and the code is the likely one.
- Words in {braces} are filled in.

`

/** The page; ends in a line break. */
export function rulesPage(): string {
  const decided = catalogue.filter((row) => findingDoc(row.id)?.undecided === undefined)
  const others = catalogue.filter((row) => !decided.includes(row))
  const counts = `${catalogue.length} rules: ${decided.length} are decided from files alone, ${others.length} are not.\n\n`
  const table = [
    '| Rule | Why check does not report it by itself |',
    '|---|---|',
    ...others.map(
      (row) => `| [${row.id}](#${anchor(row)}) | ${cell(findingDoc(row.id)?.undecided ?? '')} |`,
    ),
  ]
  return [
    `${head}${counts}## Decided from files\n\n${decided.map(section).join('\n')}`,
    `\n## Not decided from files\n\n${table.join('\n')}\n\n${others.map(section).join('\n')}`,
  ].join('')
}

function anchor({ id }: CatalogueRow): string {
  return id.toLowerCase()
}

function section(row: CatalogueRow): string {
  const { aws, id, message, phase, remedy, severity, verified } = row
  const codes = listText(aws?.code)
  const texts = listText(aws?.text)
  const assumed = aws?.codeVerified === false ? 'code assumed' : 'yes'
  const rows: readonly (readonly [string, string])[] = [
    ['Severity', severity],
    ['Shows', phase],
    ['Condition', row.condition],
    ['Message', message],
    ['Remedy', remedy],
    ['AWS code', codes === '' ? '-' : codes],
    ['AWS text', texts === '' ? '-' : texts],
    ['Verified', verified ? assumed : 'no'],
    ...(row.refs === undefined ? [] : ([['Reported in', row.refs.join(', ')]] as const)),
  ]
  const lines = rows.map(([name, text]) => `| ${name} | ${cell(text)} |`)
  return `### ${id}\n\n| | |\n|---|---|\n${lines.join('\n')}\n`
}

function listText(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(' / ')
}

/** Text within a cell of a table: `|` divides cells, `<` begins HTML, `[` a link. */
function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/\[(?=[^\]]*\]\()/g, '\\[')
}
