/** YAML with positions, safe against hostile input. World layer, pure. */

import { type Document, isMap, isNode, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Finding, SourceLocation } from '../finding.ts'
import { isTooDeep } from './yaml-depth.ts'

/** Larger files are refused unread. */
const bytesMax = 5 * 1024 * 1024
/** Syntax errors told at once: what follows the first few is mostly their echo. */
const syntaxErrorsMax = 10
/** Aliases that a document may resolve: more is a bomb. */
const aliasCountMax = 100

/** A parsed document that knows where everything stands. */
export interface PositionedYaml {
  readonly value: unknown
  /** Position of the value at a path, or of its nearest parent. */
  locate(path: readonly (string | number)[]): SourceLocation
  /** Position of a key in the map at a path. */
  locateKey(path: readonly (string | number)[], key: string): SourceLocation
}

/** A document, or why there is none. */
export interface ReadYaml {
  readonly yaml?: PositionedYaml
  readonly findings: readonly Finding[]
}

/** Reads exactly one document. */
export function readYaml(file: string, input: Uint8Array | string): ReadYaml {
  const start: SourceLocation = { file, line: 1, column: 1 }
  const size = typeof input === 'string' ? input.length : input.byteLength
  if (size > bytesMax) {
    return only(
      'yaml/too-large',
      `the file has ${size} bytes, more than ${bytesMax}`,
      'Is it the right file?',
      start,
    )
  }
  const text = decode(input)
  if (text === undefined) {
    return only('yaml/not-utf8', 'the file is not valid UTF-8', 'Save it as UTF-8.', start)
  }
  // Some nestings end the process inside the parser, where nothing can catch it.
  if (isTooDeep(text)) return tooDeep(start)
  try {
    return readDocument(file, text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return tooDeep(start)
  }
}

function readDocument(file: string, text: string): ReadYaml {
  const start: SourceLocation = { file, line: 1, column: 1 }
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter, merge: true, uniqueKeys: true })
  const [document] = documents
  if (!Array.isArray(documents) || document === undefined || document.contents === null) {
    return only(
      'yaml/empty',
      'the file is empty',
      'Start from a file in examples/seed-web-shop.',
      start,
    )
  }
  const at = (offset: number): SourceLocation => {
    const { col, line } = lineCounter.linePos(offset)
    return { file, line, column: col }
  }
  const deep = document.errors.find((error) => error.code === 'RESOURCE_EXHAUSTION')
  if (deep !== undefined) return tooDeep(at(deep.pos[0]))
  const findings: Finding[] = document.errors.slice(0, syntaxErrorsMax).map((error) => ({
    code: error.code === 'DUPLICATE_KEY' ? 'yaml/duplicate-key' : 'yaml/syntax',
    severity: 'error',
    message: error.message.split('\n')[0]?.replace(/ at line \d+.*/, '') ?? 'syntax error',
    remedy: 'Mend the YAML here.',
    location: at(error.pos[0]),
  }))
  if (documents.length > 1) {
    findings.push(
      finding(
        'yaml/many-documents',
        'the file has more than one document',
        'Keep one document per file.',
        at(documents[1]?.range?.[0] ?? 0),
      ),
    )
  }
  if (findings.length === 0) findings.push(...reservedKeyFindings(document, at))
  if (findings.length > 0) return { findings }
  return toValue(document, at, start)
}

/** The parser ran out of stack: nobody nests so deeply on purpose. */
function tooDeep(location: SourceLocation): ReadYaml {
  return only('yaml/too-deep', 'values are nested too deeply', 'Is it the right file?', location)
}

/** Keys that would change what every object of the program inherits. */
function reservedKeyFindings(
  document: Document.Parsed,
  at: (offset: number) => SourceLocation,
): readonly Finding[] {
  const findings: Finding[] = []
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== '__proto__') return
      const where = at(pair.key.range?.[0] ?? 0)
      const message = 'the key __proto__ is reserved by JavaScript'
      findings.push(finding('yaml/reserved-key', message, 'Use another key.', where))
    },
  })
  return findings
}

function toValue(
  document: Document.Parsed,
  at: (offset: number) => SourceLocation,
  start: SourceLocation,
): ReadYaml {
  try {
    const value: unknown = document.toJS({ maxAliasCount: aliasCountMax })
    return { yaml: positioned(document, value, at), findings: [] }
  } catch (error) {
    if (error instanceof RangeError) throw error
    const message = error instanceof Error ? error.message : 'too many aliases'
    return only('yaml/aliases', message, 'Write the values out instead of nesting aliases.', start)
  }
}

function positioned(
  document: Document.Parsed,
  value: unknown,
  at: (offset: number) => SourceLocation,
): PositionedYaml {
  const locate = (path: readonly (string | number)[]): SourceLocation => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return at(node.range[0])
    }
    return at(0)
  }
  return {
    value,
    locate,
    locateKey: (path, key) => {
      const map = path.length === 0 ? document.contents : document.getIn(path, true)
      if (!isMap(map)) return locate(path)
      const pair = map.items.find(
        (item) => String((item.key as { value?: unknown } | null)?.value) === key,
      )
      const node = pair?.key
      return isNode(node) && node.range ? at(node.range[0]) : locate(path)
    },
  }
}

function decode(input: Uint8Array | string): string | undefined {
  if (typeof input === 'string') return input
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input)
  } catch {
    return undefined
  }
}

function finding(code: string, message: string, remedy: string, location: SourceLocation): Finding {
  return { code, severity: 'error', message, remedy, location }
}

function only(
  code: string,
  message: string,
  remedy: string,
  location: SourceLocation,
): { readonly findings: readonly Finding[] } {
  return { findings: [finding(code, message, remedy, location)] }
}
