/** Expansions in a shell script: variables, substitutions, arithmetic; and single quotes. Nodes layer, pure. */

import { type Reader, ShellFault } from './reader.ts'
import type { WordPart } from './word-syntax.ts'

const named = /\$([A-Za-z_]\w*|[0-9@*#?$!-])/y
const braced = /^([A-Za-z_]\w*|[0-9@*])(?:\[([@*\w$]*)\])?(?:(:?[-=+?])([\s\S]*))?$/
/** A name in braces means the same inside single quotes to Terraform, which knows no quotes. */
const template = /\$\{[A-Za-z_][\w.]*\}/g

/** `$...` or a backquote; `operandOf` reads what stands behind `:-`. */
export function dollarPart(
  reader: Reader,
  isQuoted: boolean,
  operandOf: (text: string, isQuoted: boolean) => readonly WordPart[],
): readonly WordPart[] {
  const start = reader.at
  if (reader.char === '`') return [backquoted(reader, isQuoted)]
  if (!isQuoted && reader.startsWith("$'")) return [ansiQuoted(reader)]
  if (reader.startsWith('$((')) {
    const end = arithmeticEnd(reader)
    if (end !== undefined) {
      reader.at = end
      return [{ kind: 'opaque', source: reader.text.slice(start, end), isQuoted }]
    }
  }
  if (reader.startsWith('$(')) {
    reader.at = substitutionEnd(reader, start + 2)
    const source = reader.text.slice(start, reader.at)
    return [{ kind: 'command', script: source.slice(2, -1), source, isQuoted }]
  }
  // Terraform writes the shell's own braces with two dollars.
  const isEscaped = reader.startsWith('$${')
  if (isEscaped || reader.startsWith('${')) {
    return [bracedPart(reader, { isEscaped, isQuoted, operandOf })]
  }
  const found = reader.match(named)
  if (found === undefined) {
    reader.at += 1
    return [{ kind: 'text', text: '$', isQuoted }]
  }
  reader.at += found[0].length
  const [source, name = ''] = found
  const plain = { index: '', operator: '', operand: [], isBraced: false }
  return [{ kind: 'variable', name, ...plain, source, isQuoted }]
}

function bracedPart(
  reader: Reader,
  how: {
    readonly isEscaped: boolean
    readonly isQuoted: boolean
    readonly operandOf: (text: string, isQuoted: boolean) => readonly WordPart[]
  },
): WordPart {
  const { isEscaped, isQuoted, operandOf } = how
  const start = reader.at
  const open = start + (isEscaped ? 3 : 2)
  const end = bracesEnd(reader, open)
  const source = reader.text.slice(start, end)
  const inner = reader.text.slice(open, end - 1)
  reader.at = end
  const found = braced.exec(inner)
  if (found === null) return { kind: 'opaque', source, isQuoted }
  const [, name = '', index = '', operator = '', operand = ''] = found
  if (index !== '' && index !== '@' && index !== '*') return { kind: 'opaque', source, isQuoted }
  return {
    kind: 'variable',
    name,
    index,
    operator,
    operand: reader.nested(() => operandOf(operand, isQuoted)),
    source,
    isBraced: !isEscaped && operator === '' && index === '',
    isQuoted,
  }
}

/** Behind the brace that closes one opened before `from`. */
function bracesEnd(reader: Reader, from: number): number {
  const { text } = reader
  let depth = 1
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]
    if (char === '\\') at += 1
    else if (char === '{') depth += 1
    else if (char === '}') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  throw new ShellFault('a brace of an expansion is never closed', from)
}

/** Behind the parenthesis that closes one opened before `from`; quotes and nesting are minded. */
export function substitutionEnd(reader: Reader, from: number): number {
  const { text } = reader
  let depth = 1
  let isInDoubles = false
  const outer: boolean[] = []
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]
    if (char === '\\') at += 1
    else if (char === '"') isInDoubles = !isInDoubles
    else if (char === "'" && !isInDoubles) {
      const close = text.indexOf("'", at + 1)
      if (close < 0) break
      at = close
    } else if (char === '(' && (!isInDoubles || text[at - 1] === '$')) {
      depth += 1
      outer.push(isInDoubles)
      isInDoubles = false
    } else if (char === ')' && !isInDoubles) {
      depth -= 1
      if (depth === 0) return at + 1
      isInDoubles = outer.pop() ?? false
    }
  }
  throw new ShellFault('a command substitution is never closed', from)
}

/** Behind `$((...))`; undefined when it is a subshell in a substitution. */
function arithmeticEnd({ at: start, text }: Reader): number | undefined {
  let depth = 0
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1
    if (text[at] !== ')') continue
    depth -= 1
    if (depth === 0) return text[at - 1] === ')' ? at + 1 : undefined
  }
  return undefined
}

function backquoted(reader: Reader, isQuoted: boolean): WordPart {
  const start = reader.at
  let at = start + 1
  while (at < reader.text.length && reader.text[at] !== '`') {
    at += reader.text[at] === '\\' ? 2 : 1
  }
  if (at >= reader.text.length) throw new ShellFault('a backquote is never closed', start)
  reader.at = at + 1
  const source = reader.text.slice(start, reader.at)
  const script = source.slice(1, -1).replaceAll(/\\([\\`$])/g, '$1')
  return { kind: 'command', script, source, isQuoted }
}

/** Everything is a letter, but a template engine fills its names all the same. */
export function singleQuoted(reader: Reader): readonly WordPart[] {
  const end = reader.text.indexOf("'", reader.at + 1)
  if (end < 0) throw new ShellFault('a single quote is never closed', reader.at)
  const text = reader.text.slice(reader.at + 1, end)
  reader.at = end + 1
  return literalParts(text)
}

/** Text that no shell expands, with the names that a template would fill. */
export function literalParts(text: string): readonly WordPart[] {
  const parts: WordPart[] = []
  let from = 0
  for (const { 0: source, index } of text.matchAll(template)) {
    parts.push({ kind: 'text', text: text.slice(from, index), isQuoted: true })
    const name = source.slice(2, -1)
    const plain = { index: '', operator: '', operand: [], isBraced: true }
    // A name that no script assigns: only a template can mean something by it.
    parts.push({ kind: 'variable', name: `template:${name}`, ...plain, source, isQuoted: true })
    from = index + source.length
  }
  parts.push({ kind: 'text', text: text.slice(from), isQuoted: true })
  return parts
}

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** `$'...'` with the escapes of C. */
function ansiQuoted(reader: Reader): WordPart {
  const body = /\$'((?:[^'\\]|\\[\s\S])*)'/y
  const found = reader.match(body)
  if (found === undefined) throw new ShellFault('a single quote is never closed', reader.at)
  reader.at += found[0].length
  const text = (found[1] ?? '').replaceAll(
    /\\(?:x([\da-fA-F]{1,2})|u([\da-fA-F]{1,4})|([0-7]{1,3})|([\s\S]))/g,
    (_, hex?: string, unicode?: string, octal?: string, letter = '') => {
      const code = hex ?? unicode
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
      return escapes[letter] ?? ('\'"\\?'.includes(letter) ? letter : `\\${letter}`)
    },
  )
  return { kind: 'text', text, isQuoted: true }
}
