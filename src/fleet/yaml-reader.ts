/** YAML with positions, safe against hostile input. Fleet layer, pure. */

import { type Document, isMap, isNode, LineCounter, parseAllDocuments } from 'yaml'
import type { Finding, SourceLocation } from '../world/finding.ts'

/** Larger files are refused unread. */
const fleetBytesMax = 5 * 1024 * 1024
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

/** Reads exactly one document. */
export function readYaml(
  file: string,
  input: Uint8Array | string,
): { readonly yaml?: PositionedYaml; readonly findings: readonly Finding[] } {
  const start: SourceLocation = { file, line: 1, column: 1 }
  const size = typeof input === 'string' ? input.length : input.byteLength
  if (size > fleetBytesMax) {
    return only(
      'yaml/too-large',
      `the file has ${size} bytes, more than ${fleetBytesMax}`,
      'Is it the right file?',
      start,
    )
  }
  const text = decode(input)
  if (text === undefined) {
    return only('yaml/not-utf8', 'the file is not valid UTF-8', 'Save it as UTF-8.', start)
  }
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter, merge: true, uniqueKeys: true })
  const [document] = documents
  if (!Array.isArray(documents) || document === undefined || document.contents === null) {
    return only('yaml/empty', 'the file is empty', 'See docs/fleet-file.md for an example.', start)
  }
  const at = (offset: number): SourceLocation => {
    const { col, line } = lineCounter.linePos(offset)
    return { file, line, column: col }
  }
  const findings: Finding[] = document.errors.map((error) => ({
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
  if (findings.length > 0) return { findings }
  return toValue(document, at, start)
}

function toValue(
  document: Document.Parsed,
  at: (offset: number) => SourceLocation,
  start: SourceLocation,
): { readonly yaml?: PositionedYaml; readonly findings: readonly Finding[] } {
  try {
    const value: unknown = document.toJS({ maxAliasCount: aliasCountMax })
    return { yaml: positioned(document, value, at), findings: [] }
  } catch (error) {
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
