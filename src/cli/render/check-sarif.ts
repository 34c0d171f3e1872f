/** Findings of `check` as SARIF 2.1.0. Cli layer, pure. */

import type { CheckFinding } from '../../check/check-finding.ts'
import { findingDoc, findingDocText } from '../../check/finding-doc.ts'
import { groupsText } from './check-text.ts'

const levels = { error: 'error', info: 'note', warning: 'warning' } as const

/** One run; waived findings are in it as suppressed. */
export function checkSarif(findings: readonly CheckFinding[]): string {
  const codes = [...new Set(findings.map(({ code }) => code))].sort()
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'regroup', rules: codes.map((code) => ruleOf(code, findings)) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((one) => resultOf(one, codes)),
      },
    ],
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function ruleOf(code: string, findings: readonly CheckFinding[]) {
  const doc = findingDoc(code)
  const severity = findings.find((one) => one.code === code)?.severity ?? 'error'
  return {
    id: code,
    shortDescription: { text: doc?.cause ?? code },
    help: { text: doc === undefined ? code : findingDocText(doc) },
    defaultConfiguration: { level: levels[severity] },
  }
}

function resultOf(finding: CheckFinding, codes: readonly string[]) {
  const { code, groups, location, message, remedy, severity, waiver } = finding
  const lines = [message, remedy, ...(groups.length === 0 ? [] : [groupsText(groups)])]
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: levels[severity],
    message: { text: lines.join('\n') },
    locations: location === undefined ? [] : [locationOf(location)],
    ...(groups.length === 0 ? {} : { properties: { groups } }),
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              justification: `${waiver.owner}: ${waiver.reason} (${waiver.expires})`,
            },
          ],
        }),
  }
}

function locationOf({ column, file, line }: NonNullable<CheckFinding['location']>) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      region: { startLine: line, startColumn: column },
    },
  }
}

/** A path as a relative URI; absolute paths become file URIs. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  return path.startsWith('/') ? `file://${path}` : path.replace(/^(?:\.\/)+/, '')
}
