/** The priority expander's exact algorithm and its parser (cluster-autoscaler section 1). Twin layer, pure. */

import { parseDocument } from 'yaml'

/** Priorities and their rules. */
export type PriorityConfig = ReadonlyMap<number, readonly RegExp[]>

/** A parsed map, or why it is ignored as a whole. */
export type ParsedPriorities =
  | { readonly kind: 'config'; readonly config: PriorityConfig }
  | { readonly kind: 'invalid'; readonly why: string }

/** RE2 has no look-around and no back-references, whatever JavaScript says. */
const notRe2 = /\(\?[=!<](?!\w)|\(\?<[=!]|\\[1-9]|\\Z|\\h|[*+?}]\+/

/** Both parsers of cluster-autoscaler: yaml.v2 up to 1.34 refuses quoted keys, later ones take them. */
export function parsePriorities(text: string, autoscalerMinor: number): ParsedPriorities {
  if (text.trim() === '') return invalid('the priorities are empty')
  const document = parseDocument(text, { uniqueKeys: false, maxAliasCount: 0 } as never)
  if (document.errors.length > 0) return invalid(document.errors[0]?.message ?? 'YAML error')
  const entries = entriesOf(document.contents)
  if (entries === undefined) return invalid('the priorities are not a map')
  const config = new Map<number, readonly RegExp[]>()
  for (const [key, isQuoted, value] of entries) {
    const priority = Number(key)
    if (!Number.isInteger(priority)) return invalid(`priority ${key} is not an integer`)
    if (isQuoted && autoscalerMinor <= 34) return invalid(`priority ${key} is quoted`)
    if (value === null || (Array.isArray(value) && value.length === 0)) continue
    if (!Array.isArray(value)) return invalid(`priority ${key} is not a list`)
    const rules: RegExp[] = []
    for (const item of value) {
      const rule = compile(String(item))
      if (rule === undefined) return invalid(`error parsing regexp: ${String(item)}`)
      rules.push(rule)
    }
    config.set(priority, rules)
  }
  return { kind: 'config', config }
}

function invalid(why: string): ParsedPriorities {
  return { kind: 'invalid', why }
}

interface YamlPair {
  readonly key: { readonly value?: unknown; readonly type?: string } | null
  readonly value: { toJSON(): unknown } | null
}

function entriesOf(contents: unknown): [string, boolean, unknown][] | undefined {
  const items = (contents as { items?: readonly YamlPair[] } | null)?.items
  if (items === undefined || (items.length > 0 && items[0]?.key === undefined)) return undefined
  return items.map(({ key, value }) => [
    String(key?.value),
    key?.type === 'QUOTE_DOUBLE' || key?.type === 'QUOTE_SINGLE',
    value === null ? null : value.toJSON(),
  ])
}

function compile(source: string): RegExp | undefined {
  if (notRe2.test(source)) return undefined
  try {
    return new RegExp(source.replace(/^\(\?i\)/, ''), source.startsWith('(?i)') ? 'i' : '')
  } catch {
    return undefined
  }
}

/** What the expander keeps, and the groups that no rule matches (an event each). */
export interface PriorityChoice<T> {
  readonly kept: readonly T[]
  readonly unmatched: readonly T[]
}

/**
 * Highest priority wins; a group takes its highest match; negative priorities below -1 never win; groups
 * without a match are kept only when nothing matches at all.
 */
export function choosePriority<T extends { readonly name: string }>(
  options: readonly T[],
  config: PriorityConfig,
): PriorityChoice<T> {
  let highest = -1
  let kept: T[] = []
  const unmatched: T[] = []
  for (const option of options) {
    let isMatched = false
    for (const [priority, rules] of config) {
      if (!rules.some((rule) => rule.test(option.name))) continue
      isMatched = true
      if (priority < highest) continue
      if (priority > highest) {
        highest = priority
        kept = []
      }
      if (!kept.includes(option)) kept.push(option)
    }
    if (!isMatched) unmatched.push(option)
  }
  return { kept: kept.length > 0 ? kept : options, unmatched }
}
