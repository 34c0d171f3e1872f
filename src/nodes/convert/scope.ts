/** Variables of a script and the constant evaluation of words; nothing is executed. Nodes layer, pure. */

import type { Marks } from './marks.ts'
import type { Word, WordPart } from './shell/word-syntax.ts'

/** What a word needs to be evaluated. */
export interface Scope {
  readonly marks: Marks
  /** Values; those known at boot only hold marks. */
  readonly variables: Map<string, string>
  readonly arrays: Map<string, readonly string[]>
  /** Names that words have asked for. */
  readonly used: Set<string>
  /** What a command substitution prints, without its last line breaks; undefined when nobody knows. */
  readonly substitute: (script: string) => string | undefined
}

/** A sequence of marks long enough to say nothing any more. */
const lengthMax = 200_000

/** The text of a word as one field: as on the right of an assignment. */
export function textOf(word: Word, scope: Scope): string {
  return partsText(word.parts, scope)
}

/** The text of parts, one after the other. */
export function partsText(parts: readonly WordPart[], scope: Scope): string {
  let text = ''
  for (const part of parts) text += partText(part, scope)
  return text.length > lengthMax ? text.slice(0, lengthMax) : text
}

/** The fields of a word: unquoted expansions are split at blanks. */
export function fieldsOf(word: Word, scope: Scope): readonly string[] {
  const fields: string[] = []
  let open: string | undefined
  for (const part of word.parts) {
    const text = partText(part, scope)
    if (part.kind === 'text' || part.isQuoted) {
      const isEmptyText = text === '' && part.kind === 'text' && !part.isQuoted
      if (!isEmptyText) open = (open ?? '') + text
      continue
    }
    const pieces = text.split(/[ \t\n]+/)
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        if (open !== undefined) fields.push(open)
        open = undefined
      }
      if (piece !== '') open = (open ?? '') + piece
    }
  }
  if (open !== undefined) fields.push(open)
  return fields
}

/** Text that stands for its own source at boot. */
export function bootMark(source: string, marks: Marks): string {
  return marks.add({ kind: 'boot', source, names: variablesIn(source) })
}

/** Names of shell variables in a text, each once. */
export function variablesIn(source: string): readonly string[] {
  const plain = [...source.matchAll(/\$\{?[#!]?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)
  // Arithmetic needs no dollar.
  const counted = [...source.matchAll(/\$\(\(([^\n]*?)\)\)/g)].flatMap(
    ([, inner = '']) => inner.match(/[A-Za-z_]\w*/g) ?? [],
  )
  return [...new Set([...plain, ...counted])]
}

function partText(part: WordPart, scope: Scope): string {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'opaque':
      return bootMark(part.source, scope.marks)
    case 'command':
      return scope.substitute(part.script) ?? bootMark(part.source, scope.marks)
    case 'variable':
      return variableText(part, scope)
  }
}

function variableText(part: WordPart & { kind: 'variable' }, scope: Scope): string {
  const { isBraced, name, operator, source } = part
  if (name.startsWith('template:')) return scope.marks.add({ kind: 'template', source })
  scope.used.add(name)
  const value = assignedValue(part, scope)
  if (operator === '') {
    if (value !== undefined) return value
    // Nothing in the script assigns it: a template means itself by braces, a shell its environment.
    if (isBraced) return scope.marks.add({ kind: 'template', source })
    return bootMark(source, scope.marks)
  }
  // Whether a value that is known at boot only is empty, nobody can say.
  if (
    value !== undefined &&
    scope.marks.has(value, 'boot', 'template') &&
    operator.startsWith(':')
  ) {
    const isSure = value.replaceAll(/[\ue000-\uf8ff]/g, '') !== ''
    if (!isSure) return bootMark(source, scope.marks)
  }
  const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'))
  const operand = (): string => partsText(part.operand, scope)
  if (operator.endsWith('+')) return isSet ? operand() : ''
  if (isSet) return value
  if (operator.endsWith('?')) return bootMark(source, scope.marks)
  const fallback = operand()
  if (operator.endsWith('=')) scope.variables.set(name, fallback)
  return fallback
}

function assignedValue(part: WordPart & { kind: 'variable' }, scope: Scope): string | undefined {
  const { index, name } = part
  const array = scope.arrays.get(name)
  if (index === '@' || index === '*') return array?.join(' ') ?? scope.variables.get(name)
  return array === undefined ? scope.variables.get(name) : (array[0] ?? '')
}
