/** JSON as the API server reads it: Go's error texts, duplicate fields noticed, bounded depth. Twin layer, pure. */

import { setOwn } from './own.ts'

/** A parsed text; duplicates are paths such as `data.a`, in the order of the text. */
export interface ParsedJson {
  readonly value: unknown
  readonly duplicates: readonly string[]
}

/** Nesting beyond this is refused, as by Go's decoder (10000 there; no real object is near). */
const depthMax = 1000

/** The text is no JSON; the message is that of Go's decoder. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

/** Reads a text. @throws JsonSyntaxError. */
export function parseJson(text: string): ParsedJson {
  const fast = parseUnique(text)
  if (fast !== undefined) return fast
  const reader = new JsonReader(text)
  const value = reader.read()
  return { value, duplicates: reader.duplicates }
}

/** The engine's own parser is much faster; texts whose keys are all different need no other. */
function parseUnique(text: string): ParsedJson | undefined {
  if (text.includes('__proto__') || deepest(text) > depthMax) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const again = JSON.stringify(value)
  // A key that came twice is gone from the value: the counts of quotes differ.
  return quotesIn(again) === quotesIn(text) ? { value, duplicates: [] } : undefined
}

function quotesIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    if (text[at - 1] !== '\\') count += 1
  }
  return count
}

function deepest(text: string): number {
  let depth = 0
  let most = 0
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]
    if (letter === '{' || letter === '[') {
      depth += 1
      most = Math.max(most, depth)
    } else if (letter === '}' || letter === ']') depth -= 1
  }
  return most
}

class JsonReader {
  readonly duplicates: string[] = []
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  read(): unknown {
    const value = this.value('', 0)
    this.blank()
    if (this.at < this.text.length) this.fail('after top-level value')
    return value
  }

  private value(path: string, depth: number): unknown {
    if (depth > depthMax) throw new JsonSyntaxError('exceeded max depth')
    this.blank()
    const letter = this.text[this.at]
    if (letter === '{') return this.object(path, depth)
    if (letter === '[') return this.array(path, depth)
    if (letter === '"') return this.string()
    const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(
      this.text.slice(this.at, this.at + 400),
    )?.[0]
    if (word === undefined) return this.fail('looking for beginning of value')
    this.at += word.length
    return JSON.parse(word)
  }

  private object(path: string, depth: number): unknown {
    const result: Record<string, unknown> = {}
    this.at += 1
    this.blank()
    if (this.text[this.at] === '}') {
      this.at += 1
      return result
    }
    for (;;) {
      this.blank()
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string')
      const key = this.string()
      this.blank()
      if (this.text[this.at] !== ':') this.fail('after object key')
      this.at += 1
      const inner = path === '' ? key : `${path}.${key}`
      const value = this.value(inner, depth + 1)
      this.keep(result, key, { inner, value })
      this.blank()
      if (this.text[this.at] === '}') break
      if (this.text[this.at] !== ',') this.fail('after object key:value pair')
      this.at += 1
    }
    this.at += 1
    return result
  }

  /** Go's decoder merges an object that comes twice into the first one. */
  private keep(
    result: Record<string, unknown>,
    key: string,
    { inner, value }: { readonly inner: string; readonly value: unknown },
  ): void {
    if (!Object.hasOwn(result, key)) {
      setOwn(result, key, value)
      return
    }
    this.duplicates.push(inner)
    const first = result[key]
    const isBoth = isPlain(first) && isPlain(value)
    setOwn(result, key, isBoth ? { ...first, ...value } : value)
  }

  private array(path: string, depth: number): unknown[] {
    const result: unknown[] = []
    this.at += 1
    this.blank()
    if (this.text[this.at] === ']') {
      this.at += 1
      return result
    }
    for (;;) {
      result.push(this.value(`${path}[${result.length}]`, depth + 1))
      this.blank()
      if (this.text[this.at] === ']') break
      if (this.text[this.at] !== ',') this.fail('after array element')
      this.at += 1
    }
    this.at += 1
    return result
  }

  private string(): string {
    const start = this.at
    this.at += 1
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      this.at += this.text[this.at] === '\\' ? 2 : 1
    }
    this.at += 1
    if (this.at > this.text.length) throw new JsonSyntaxError('unexpected end of JSON input')
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string
    } catch {
      throw new JsonSyntaxError('invalid character in string literal')
    }
  }

  private blank(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? '.')) this.at += 1
  }

  private fail(where: string): never {
    const letter = this.text[this.at]
    if (letter === undefined) throw new JsonSyntaxError('unexpected end of JSON input')
    throw new JsonSyntaxError(`invalid character '${letter}' ${where}`)
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
