/** TOML as Bottlerocket and EKS's merge of it read it. Nodes layer, pure. */

import { parse, TomlError } from 'smol-toml'
import { isRecord } from './field-schema.ts'

type Json = Readonly<Record<string, unknown>>

/** Something that stops a reader; `line` counts from 1, 0 = the whole text. */
export interface TomlFault {
  readonly line: number
  readonly message: string
}

/**
 * A document in key order, tables after plain keys, so that equal input gives equal bytes. Values: texts,
 * numbers, booleans, lists and maps of them. Headers have bare keys only, as EKS's merge demands; a map
 * with other keys below a header without any stands inline.
 */
export function renderToml(document: Json): string {
  const lines: string[] = []
  writeTable(sorted(document), [], lines)
  return lines.length === 0 ? '' : `${lines.join('\n').replace(/^\n/, '')}\n`
}

function writeTable(
  entries: readonly (readonly [string, unknown])[],
  path: readonly string[],
  lines: string[],
): void {
  const plain = entries.filter(([key, value]) => !isTable(key, value))
  const isPlainTable = entries.length === 0 || plain.length > 0
  if (path.length > 0 && isPlainTable) lines.push('', `[${path.join('.')}]`)
  lines.push(...plain.map(([key, value]) => `${keyText(key)} = ${valueText(value)}`))
  for (const [key, value] of entries) {
    if (!isTable(key, value)) continue
    if (isRecord(value)) writeTable(sorted(value), [...path, key], lines)
    else writeList(value as readonly Json[], [...path, key], lines)
  }
}

/** A list of maps as `[[a.b]]`; its entries hold plain values only (see isTable). */
function writeList(list: readonly Json[], path: readonly string[], lines: string[]): void {
  for (const one of list) {
    lines.push('', `[[${path.join('.')}]]`)
    lines.push(...sorted(one).map(([key, value]) => `${keyText(key)} = ${valueText(value)}`))
  }
}

/** What gets a header of its own. */
function isTable(key: string, value: unknown): boolean {
  if (!isBare(key)) return false
  if (isRecord(value)) return true
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRecord)) return false
  return value.every((one) => Object.keys(one).length > 0)
}

function sorted(map: Json): readonly (readonly [string, unknown])[] {
  return Object.entries(map)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function isBare(key: string): boolean {
  return /^[\w-]+$/.test(key)
}

function keyText(key: string): string {
  return isBare(key) ? key : stringText(key)
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return stringText(value)
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  if (isRecord(value)) {
    const pairs = sorted(value).map(([key, one]) => `${keyText(key)} = ${valueText(one)}`)
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
  }
  return typeof value === 'number' ? numberText(value) : String(value)
}

function numberText(value: number): string {
  const text = String(value)
  return text.replace('Infinity', 'inf').replace('NaN', 'nan').replace('e+', 'e')
}

/** A literal string where quotes or backslashes would have to be escaped, which EKS's merge refuses. */
function stringText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: TOML escapes them.
  if (!/["\\\u0000-\u001f\u007f]/.test(text)) return `"${text}"`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: TOML escapes them.
  if (!/['\u0000-\u001f\u007f]/.test(text)) return `'${text}'`
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f')
}

/** The document, or why it is none. Integers and floats both become numbers. */
export function parseToml(
  text: string,
): { readonly document: Json } | { readonly fault: TomlFault } {
  try {
    return { document: parse(text) as Json }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    return { fault: { line: error.line, message: error.message.split('\n')[0] ?? '' } }
  }
}

/**
 * Valid TOML that EKS's merge refuses (user guide, launch templates with Bottlerocket): quotes within
 * quoted keys, escaped quotes in values, lists of mixed types, headers with quoted keys.
 */
export function eksTomlFaults(text: string): readonly TomlFault[] {
  const parsed = parseToml(text)
  if ('fault' in parsed) return [parsed.fault]
  const faults: TomlFault[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const message = lineFault(line.trim())
    if (message !== undefined) faults.push({ line: index + 1, message })
  }
  const mixed = mixedPaths(parse(text, { integersAsBigInt: true }), '')
  return [
    ...faults,
    ...mixed.map((path) => ({
      line: 0,
      message: `the list ${path} mixes types, which EKS cannot merge`,
    })),
  ]
}

function lineFault(line: string): string | undefined {
  if (line.startsWith('#')) return undefined
  if (/^\[[^=]*["'][^=]*\]\s*(?:#.*)?$/.test(line)) {
    return 'a header has a quoted key, which EKS cannot merge; write the key inside the table'
  }
  if (/^(?:"(?:[^"\\]|\\.)*\\"(?:[^"\\]|\\.)*"|'[^']*"[^']*')\s*[=.]/.test(line)) {
    return 'a quoted key contains a quote, which EKS cannot merge'
  }
  const value = line.replace(/^[^=]*=/, '').replaceAll(/'[^']*'/g, '')
  return /\\"/.test(value) ? 'a value contains an escaped quote, which EKS cannot merge' : undefined
}

function mixedPaths(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) {
    const kinds = new Set(value.map((one) => (Array.isArray(one) ? 'list' : typeof one)))
    const inner = value.flatMap((one, index) => mixedPaths(one, `${path}[${index}]`))
    return kinds.size > 1 ? [path, ...inner] : inner
  }
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, one]) =>
    mixedPaths(one, path === '' ? key : `${path}.${key}`),
  )
}
