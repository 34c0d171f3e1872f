/** Two effective nodes side by side as text. Cli layer, pure. */

import type { SourceChange } from '../../nodes/effective/change-need.ts'
import type { NodeDifference, TextLine } from '../../nodes/effective/differences.ts'
import { tableText } from './table.ts'

/** What is compared, and what was found. */
export interface ExplainDiff {
  /** Names of both sides, e.g. `fleet.yaml`, `live`. */
  readonly from: string
  readonly to: string
  readonly change: SourceChange
  readonly differences: readonly NodeDifference[]
  readonly userData: readonly TextLine[]
  /** Sentences on what does not come along. */
  readonly losses: readonly string[]
}

/** Nothing but a sentence when both give the same node. */
export function explainDiffText(diff: ExplainDiff): string {
  const { differences, from, losses, to } = diff
  const head = `--- ${from}\n+++ ${to}\n`
  if (differences.length === 0 && losses.length === 0) return `${head}\nNo difference for a node.\n`
  return [
    head,
    needText(diff.change),
    differences.length === 0
      ? ''
      : `\nWhat a node gets\n${tableText(differences.map(({ from: a, path, to: b }) => [path, `${shown(a)} -> ${shown(b)}`]))}`,
    linesText(diff.userData),
    losses.length === 0
      ? ''
      : `\nDoes not come along\n${losses.map((one) => `  - ${one}\n`).join('')}`,
  ].join('')
}

function shown(value: string | undefined): string {
  return value === undefined || value === '' ? '(none)' : value
}

const needs = {
  'in-place': 'in place: no node is replaced',
  'new-version': 'a new version: EKS rolls the nodes',
  replacement:
    'a replacement: a group of another name beside this one, which is emptied and deleted',
} as const

function needText({ changes, need, replacementName }: SourceChange): string {
  if (need === undefined) return ''
  const name = replacementName === undefined ? '' : `, e.g. ${replacementName}`
  const rows = changes.map(({ member, reason }) => [member, reason])
  return `\nWhat EKS needs: ${needs[need]}${name}\n${tableText(rows)}`
}

/** Equal lines around a change that are shown. */
const contextCount = 2

function linesText(lines: readonly TextLine[]): string {
  const isNear = (index: number): boolean =>
    lines
      .slice(Math.max(0, index - contextCount), index + contextCount + 1)
      .some(({ kind }) => kind !== 'same')
  if (!lines.some(({ kind }) => kind !== 'same')) return ''
  const signs = { same: ' ', 'only in first': '-', 'only in second': '+' } as const
  let isCut = false
  const shownLines = lines.flatMap(({ kind, text }, index) => {
    if (isNear(index)) {
      isCut = false
      return [`  ${signs[kind]} ${text}`.trimEnd()]
    }
    if (isCut) return []
    isCut = true
    return ['    ...']
  })
  return `\nUser data, final\n${shownLines.join('\n')}\n`
}
