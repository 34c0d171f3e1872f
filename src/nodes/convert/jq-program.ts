/** jq programs that set or merge constants: what they do to a document, without jq. Nodes layer, pure. */

import { isRecord } from '../field-schema.ts'
import type { Json } from './marks.ts'

/** What a program refers to besides its input. */
interface JqNames {
  /** Of --arg and --argjson. */
  readonly variables: ReadonlyMap<string, unknown>
  /** Documents of --slurp, in order; undefined without it. */
  readonly slurped: readonly unknown[] | undefined
}

/** The program does more than setting constants; caught by runJq. */
class NotConstant extends Error {
  override readonly name = 'NotConstant'
}

/** Signs, then names, texts, numbers and marks. */
const tokenForms = [
  /\.\.|\.\[|\|=|\+=|\*=|\/\/=|\/\/|==|!=|[|+*=(){}[\],:]/y,
  /\.[A-Za-z_]\w*|\."(?:[^"\\]|\\.)*"|\.|"(?:[^"\\]|\\.)*"/y,
  /-?\d+(?:\.\d+)?|\$[A-Za-z_]\w*|[A-Za-z_]\w*|[\ue000-\uf8ff]/y,
]
const depthMax = 40

/** The document after the program; undefined when it is not a constant assignment or merge. */
export function runJq(program: string, input: Json, names: JqNames): Json | undefined {
  const tokens = tokensOf(program)
  if (tokens === undefined) return undefined
  try {
    const parser = new Program(tokens, names)
    const result = parser.pipe(input, 0)
    return parser.isAtEnd && isRecord(result) ? result : undefined
  } catch (error) {
    if (error instanceof NotConstant) return undefined
    throw error
  }
}

function tokensOf(program: string): readonly string[] | undefined {
  const tokens: string[] = []
  for (let at = 0; at < program.length; ) {
    if (/\s/.test(program[at] ?? '')) {
      at += 1
      continue
    }
    const token = tokenAt(program, at)
    if (token === undefined) return undefined
    tokens.push(token)
    at += token.length
  }
  return tokens
}

function tokenAt(program: string, at: number): string | undefined {
  for (const form of tokenForms) {
    form.lastIndex = at
    const found = form.exec(program)
    if (found !== null) return found[0]
  }
  return undefined
}

/** Reads and runs at once: every part of a program gets its input when it is read. */
class Program {
  readonly #tokens: readonly string[]
  readonly #names: JqNames
  #at = 0

  constructor(tokens: readonly string[], names: JqNames) {
    this.#tokens = tokens
    this.#names = names
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length
  }

  get #token(): string {
    return this.#tokens[this.#at] ?? ''
  }

  pipe(input: unknown, depth: number): unknown {
    if (depth > depthMax) throw new NotConstant()
    let value = this.#assigned(input, depth)
    while (this.#token === '|') {
      this.#at += 1
      value = this.#assigned(value, depth)
    }
    return value
  }

  /** `.a.b = value` and its relatives, or a sum. */
  #assigned(input: unknown, depth: number): unknown {
    const start = this.#at
    const path = this.#assignedPath()
    const operator = this.#token
    if (path !== undefined && /^(?:\||\+|\*)?=$/.test(operator)) {
      this.#at += 1
      const value = this.#sum(operator === '|=' ? {} : input, depth)
      return setAt(input, path, (known) => {
        if (operator === '=' || operator === '|=') return value
        if (!isRecord(value) || (known !== undefined && !isRecord(known))) throw new NotConstant()
        return operator === '*=' ? mergedDeep(known ?? {}, value) : { ...known, ...value }
      })
    }
    this.#at = start
    return this.#sum(input, depth)
  }

  #sum(input: unknown, depth: number): unknown {
    let value = this.#term(input, depth)
    while (this.#token === '+' || this.#token === '*') {
      const operator = this.#token
      this.#at += 1
      const other = this.#term(input, depth)
      if (!isRecord(value) || !isRecord(other)) throw new NotConstant()
      value = operator === '*' ? mergedDeep(value, other) : { ...value, ...other }
    }
    return value
  }

  #term(input: unknown, depth: number): unknown {
    const { slurped, variables } = this.#names
    const text = this.#token
    this.#at += 1
    if (text === '(') {
      const value = this.pipe(input, depth + 1)
      this.#expect(')')
      return value
    }
    if (text === '.') {
      if (slurped !== undefined) throw new NotConstant()
      return input
    }
    if (text === '.[') {
      const index = Number(this.#token)
      this.#at += 1
      this.#expect(']')
      if (slurped?.[index] === undefined) throw new NotConstant()
      return slurped[index]
    }
    if (text === 'add' && slurped !== undefined) {
      return Object.fromEntries(slurped.flatMap((one) => Object.entries(Object(one))))
    }
    if (text === 'del') return this.#deleted(input)
    if (text.startsWith('$')) {
      if (!variables.has(text.slice(1))) throw new NotConstant()
      return variables.get(text.slice(1))
    }
    this.#at -= 1
    return this.#constant(input, depth)
  }

  #constant(input: unknown, depth: number): unknown {
    if (depth > depthMax) throw new NotConstant()
    const text = this.#token
    this.#at += 1
    if (text.startsWith('"')) return stringOf(text)
    if (/^-?\d/.test(text)) return Number(text)
    if (/^[\ue000-\uf8ff]$/.test(text)) return text
    if (text === 'true' || text === 'false') return text === 'true'
    if (text === 'null') return null
    if (text === '[') return this.#list(input, depth)
    if (text === '{') return this.#map(input, depth)
    throw new NotConstant()
  }

  #list(input: unknown, depth: number): unknown {
    const list: unknown[] = []
    while (this.#token !== ']') {
      list.push(this.#sum(input, depth + 1))
      if (this.#token === ',') this.#at += 1
      else if (this.#token !== ']') throw new NotConstant()
    }
    this.#at += 1
    return list
  }

  #map(input: unknown, depth: number): unknown {
    const entries: [string, unknown][] = []
    while (this.#token !== '}') {
      const key = this.#token
      this.#at += 1
      if (!/^(?:"|[A-Za-z_])/.test(key)) throw new NotConstant()
      this.#expect(':')
      entries.push([key.startsWith('"') ? stringOf(key) : key, this.#sum(input, depth + 1)])
      if (this.#token === ',') this.#at += 1
      else if (this.#token !== '}') throw new NotConstant()
    }
    this.#at += 1
    return Object.fromEntries(entries)
  }

  /** `del(.a, .b.c)`: a field that the script itself has set, or one of the image. */
  #deleted(input: unknown): unknown {
    this.#expect('(')
    let value = input
    for (;;) {
      const path = this.#path()
      if (path === undefined) throw new NotConstant()
      value = setAt(value, path, (known) => {
        if (known === undefined) throw new NotConstant()
        return undefined
      })
      if (this.#token !== ',') break
      this.#at += 1
    }
    this.#expect(')')
    return value
  }

  /** A path, or `.` alone in front of an assignment. */
  #assignedPath(): readonly string[] | undefined {
    const next = this.#tokens[this.#at + 1] ?? ''
    if (this.#token !== '.' || !/^(?:\||\+|\*)=$/.test(next)) return this.#path()
    this.#at += 1
    return []
  }

  /** `.a.b`, `.a["b"]`; undefined when none stands here. */
  #path(): readonly string[] | undefined {
    const path: string[] = []
    for (;;) {
      const text = this.#token
      const quoted = this.#tokens[this.#at + 1] ?? ''
      if (/^\.[A-Za-z_]/.test(text)) path.push(text.slice(1))
      else if (text.startsWith('."')) path.push(stringOf(text.slice(1)))
      else if ((text === '[' || text === '.[') && quoted.startsWith('"')) {
        path.push(stringOf(quoted))
        this.#at += 2
      } else return path.length === 0 ? undefined : path
      this.#at += 1
    }
  }

  #expect(text: string): void {
    if (this.#token !== text) throw new NotConstant()
    this.#at += 1
  }
}

function stringOf(text: string): string {
  // `\(...)` is computed.
  if (/(?:^|[^\\])(?:\\\\)*\\\(/.test(text)) throw new NotConstant()
  try {
    return String(JSON.parse(text))
  } catch {
    throw new NotConstant()
  }
}

function setAt(
  value: unknown,
  path: readonly string[],
  change: (known: unknown) => unknown,
): unknown {
  const [key, ...rest] = path
  if (key === undefined) return change(value)
  if (key === '__proto__' || (value !== undefined && !isRecord(value))) throw new NotConstant()
  const known = value !== undefined && Object.hasOwn(value, key) ? value[key] : undefined
  const next = setAt(known, rest, change)
  const entries = Object.entries(value ?? {}).filter(([one]) => one !== key)
  return Object.fromEntries(next === undefined ? entries : [...entries, [key, next]])
}

/** As jq's `*` does: maps deeply, everything else replaced. */
function mergedDeep(below: Json, above: Json): Json {
  const entries = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) {
    const known = entries.get(key)
    entries.set(key, isRecord(known) && isRecord(value) ? mergedDeep(known, value) : value)
  }
  return Object.fromEntries(entries)
}
