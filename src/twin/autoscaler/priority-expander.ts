/** The priority expander's exact algorithm and its parser (cluster-autoscaler section 1). Twin layer, pure. */

import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { isTooDeep } from '../../world/documents/yaml-depth.ts'
import { compileRe2 } from './re2.ts'

/** Priorities and their rules. */
export type PriorityConfig = ReadonlyMap<number, readonly RegExp[]>

/** A parsed map, or why it is ignored as a whole. */
export type ParsedPriorities =
  | { readonly kind: 'config'; readonly config: PriorityConfig }
  | { readonly kind: 'invalid'; readonly why: string }

/**
 * Both parsers of cluster-autoscaler: yaml.v2 up to 1.34 refuses quoted keys and cuts fractions off; later
 * ones do the reverse (read in their source, not run). A fault anywhere makes the whole map invalid.
 */
export function parsePriorities(text: string, autoscalerMinor: number): ParsedPriorities {
  if (text.trim() === '') return invalid('the priorities are empty')
  if (isTooDeep(text)) return invalid('the priorities are nested too deeply')
  // YAML 1.1: `010` is octal, as for both parsers.
  const options = { version: '1.1', uniqueKeys: false } as const
  const document = parseDocument(text, options)
  if (document.errors.length > 0) return invalid(document.errors[0]?.message ?? 'YAML error')
  if (!isMap(document.contents)) return invalid('the priorities are not a map')
  const config = new Map<number, readonly RegExp[]>()
  for (const { key, value } of document.contents.items) {
    const priority = priorityOf(key, autoscalerMinor)
    if (typeof priority === 'string') return invalid(priority)
    const items = itemsOf(value)
    if (items === undefined) return invalid(`priority ${priority} is not a list`)
    const rules: RegExp[] = []
    for (const item of items) {
      const rule = compileRe2(item)
      if (rule === undefined) return invalid(`error parsing regexp: ${item}`)
      rules.push(rule)
    }
    // The last of equal keys wins, as a whole.
    config.set(priority, rules)
  }
  return { kind: 'config', config }
}

function invalid(why: string): ParsedPriorities {
  return { kind: 'invalid', why }
}

/** The number, or why there is none. */
function priorityOf(key: unknown, autoscalerMinor: number): number | string {
  const isOld = autoscalerMinor <= 34
  const value = isScalar(key) ? key.value : undefined
  if (typeof value === 'string' && !isOld && /^-?\d+$/.test(value)) return Number(value)
  if (typeof value !== 'number') return `priority ${String(key)} is not an integer`
  if (Number.isInteger(value)) return value
  return isOld ? Math.trunc(value) : `priority ${value} is not an integer`
}

/** The texts of a list; none for null; undefined for anything else. */
function itemsOf(value: unknown): readonly string[] | undefined {
  if (value === null || (isScalar(value) && value.value === null)) return []
  if (!isSeq(value)) return undefined
  const texts: string[] = []
  for (const item of value.items) {
    if (!isScalar(item)) return undefined
    // Numbers count as their text.
    texts.push(typeof item.value === 'string' ? item.value : (item.source ?? String(item.value)))
  }
  return texts
}

/** What the expander keeps, and the groups that no rule matches (an event each). */
export interface PriorityChoice<T> {
  readonly kept: readonly T[]
  readonly unmatched: readonly T[]
  /** Nothing was kept by a rule: all options are. */
  readonly isUnfiltered: boolean
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
  const isUnfiltered = kept.length === 0
  return { kept: isUnfiltered ? options : kept, unmatched, isUnfiltered }
}
