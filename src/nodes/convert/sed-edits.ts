/** sed programs as lists of edits. Nodes layer, pure. */

/** One command of a sed program. */
export type SedEdit =
  | {
      readonly kind: 'insert'
      /** Before or after the line. */
      readonly isAfter: boolean
      /** The expression of its address without the slashes; a number or `$` as they stand. */
      readonly address: string
      readonly text: string
    }
  | { readonly kind: 'replace'; readonly pattern: string; readonly replacement: string }

/** A call of sed that edits files in place. */
export interface SedCall {
  /** Undefined when a command is none of the known kinds. */
  readonly edits: readonly SedEdit[] | undefined
  readonly files: readonly string[]
}

const insertion =
  /^(?:\/((?:[^/\\]|\\.)*)\/I?|(\d+|\$))?\s*([ai])(?:\\\n|\\(?=\s)|\s)?\s*([\s\S]*)$/

/** Undefined when the files are not edited in place. */
export function sedCall(args: readonly string[]): SedCall | undefined {
  const programs: string[] = []
  const files: string[] = []
  let isInPlace = false
  let hasProgram = false
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (/^-[nErsuz]*i/.test(arg) || arg.startsWith('--in-place')) isInPlace = true
    else if (arg === '-e' || arg === '--expression') {
      at += 1
      programs.push(args[at] ?? '')
      hasProgram = true
    } else if (/^-(?:[nErsuz]+|-regexp-extended|-quiet|-posix)$/.test(arg)) continue
    else if (arg.startsWith('-')) return isInPlace ? { edits: undefined, files } : undefined
    else if (hasProgram) files.push(arg)
    else {
      programs.push(arg)
      hasProgram = true
    }
  }
  if (!isInPlace) return undefined
  const edits = programs.map(editsOf)
  return {
    edits: edits.includes(undefined) ? undefined : edits.flatMap((one) => one ?? []),
    files,
  }
}

function editsOf(program: string): readonly SedEdit[] | undefined {
  const edits: SedEdit[] = []
  let rest = program.trim()
  while (rest !== '') {
    const replaced = replaceAt(rest)
    if (replaced !== undefined) {
      edits.push(replaced.edit)
      rest = replaced.rest.replace(/^[\s;]+/, '')
      continue
    }
    const found = insertion.exec(rest)
    if (found === null) return undefined
    const [, expression, place, command, text = ''] = found
    edits.push({
      kind: 'insert',
      isAfter: command === 'a',
      address: expression ?? place ?? '',
      // Backslashes keep the blanks in front of a line.
      text: text
        .replaceAll(/\\([^n])/g, '$1')
        .replaceAll('\\n', '\n')
        .trim(),
    })
    return edits
  }
  return edits.length === 0 ? undefined : edits
}

/** `s/a/b/g` with any separator, after any address. */
function replaceAt(program: string) {
  const head = /^(?:\/(?:[^/\\]|\\.)*\/I?\s*|\d+\s*)?s([^\s\w\\])/.exec(program)
  if (head?.[1] === undefined) return undefined
  const sign = head[1]
  const pieces: string[] = ['', '']
  let index = 0
  let at = head[0].length
  for (; at < program.length && index < 2; at += 1) {
    const char = program[at] ?? ''
    if (char === '\\' && program[at + 1] === sign) {
      pieces[index] += sign
      at += 1
    } else if (char === '\\') {
      pieces[index] += char + (program[at + 1] ?? '')
      at += 1
    } else if (char === sign) index += 1
    else pieces[index] += char
  }
  if (index < 2) return undefined
  const flags = /^[gIip\d]*/.exec(program.slice(at))?.[0] ?? ''
  const rest = program.slice(at + flags.length)
  if (rest !== '' && !/^[\s;]/.test(rest)) return undefined
  const [pattern = '', replacement = ''] = pieces
  return { edit: { kind: 'replace' as const, pattern, replacement }, rest }
}

/** Members of a JSON map that an edit writes; undefined when it is anything else. */
export function membersOf(edit: SedEdit): Readonly<Record<string, unknown>> | undefined {
  const text = edit.kind === 'insert' ? edit.text : edit.replacement.replaceAll(/\\(.)/g, '$1')
  const bare = text
    .trim()
    .replace(/^[,{]/, '')
    .replace(/[,}]\s*$/, '')
  const members = jsonMembers(bare) ?? jsonMembers(`${bare}}`)
  if (members === undefined || edit.kind === 'insert') return members
  // A replacement sets the field that it matches, or puts fields behind the first brace.
  const keys = Object.keys(members)
  const isWhole =
    /^\^?\s*\\?\{\$?$/.test(edit.pattern.trim()) || /^(?:\\?\})\$?$/.test(edit.pattern)
  return isWhole || keys.some((key) => edit.pattern.includes(key)) ? members : undefined
}

function jsonMembers(text: string): Readonly<Record<string, unknown>> | undefined {
  // A placeholder in place of a number is a text here: what it will be is not known.
  const quoted = text.replaceAll(/([:[,]\s*)([\ue000-\uf8ff])(?=\s*(?:[,\]}]|$))/g, '$1"$2"')
  try {
    const value: unknown = JSON.parse(`{${quoted}}`)
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
      return undefined
    return value as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}
