/** The text of a script that stays: its first line, its commands, the comments above them. Nodes layer, pure. */

import type { Section } from './sections.ts'
import type { Piece } from './state-parts.ts'

/** Undefined when nothing stays. `more` comes last. */
export function scriptBody(
  pieces: readonly Piece[],
  more: readonly string[],
  section: Section | undefined,
): string | undefined {
  if (section === undefined || pieces.length + more.length === 0) return undefined
  const lines = section.body.split('\n')
  const first = lines[0] ?? ''
  const isScript = section.kind === 'shell' && first.startsWith('#!')
  const out = [isScript ? first : '#!/bin/bash']
  const isPlain = section.isPlain
  for (const piece of pieces) {
    if (!isPlain) {
      out.push(piece.text)
      continue
    }
    out.push(...commentsAbove(piece, lines, section.lineOffset), dedented(piece, lines, section))
  }
  return `${[...out, ...more].join('\n')}\n`
}

/** Lines of comments right above a command, without the first line of the script. */
function commentsAbove(piece: Piece, lines: readonly string[], offset: number): readonly string[] {
  const found: string[] = []
  for (let index = piece.firstLine - offset - 2; index >= 0; index -= 1) {
    const line = lines[index] ?? ''
    if (!/^\s*#(?!!)/.test(line)) break
    found.unshift(line.trim())
  }
  return found
}

/** A command out of a branch stands deeper than it now should; here-documents are left alone. */
function dedented(piece: Piece, lines: readonly string[], { lineOffset }: Section): string {
  const source = lines[piece.firstLine - lineOffset - 1] ?? ''
  const indent = /^[ \t]*/.exec(source)?.[0] ?? ''
  if (indent === '' || /<</.test(piece.text)) return piece.text
  return piece.text
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n')
}
