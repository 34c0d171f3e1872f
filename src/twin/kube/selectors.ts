/** Label and field selectors of the API server. Twin layer. */

import { RegroupError } from '../../world/failure.ts'
import type {
  KubeObject,
  LabelSelector,
  SelectorRequirement,
  StringMap,
} from '../../world/kube-objects.ts'

/** A compiled test. */
export type Matcher = (labels: StringMap) => boolean

const compiled = new WeakMap<LabelSelector, Matcher>()
const nothing: Matcher = () => false

/** Compiles once per selector object: undefined matches nothing, `{}` everything. */
export function matcherOf(selector: LabelSelector | undefined): Matcher {
  if (selector === undefined) return nothing
  const known = compiled.get(selector)
  if (known !== undefined) return known
  const pairs = Object.entries(selector.matchLabels ?? {})
  const rules = selector.matchExpressions ?? []
  const matcher: Matcher = (labels) => {
    for (const [key, value] of pairs) if (labels[key] !== value) return false
    return rules.every((rule) => meets(rule, labels))
  }
  compiled.set(selector, matcher)
  return matcher
}

/** One requirement of a selector or of node affinity. */
export function meets(rule: SelectorRequirement, labels: StringMap): boolean {
  const value = labels[rule.key]
  const values = rule.values ?? []
  switch (rule.operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
  }
}

/** Parses `a=b,c!=d,e in (f,g),!h,i`. @throws RegroupError `invalid` for anything else. */
export function parseLabelSelector(text: string): Matcher {
  const tests = splitTopLevel(text).map(parseRequirement)
  return (labels) => tests.every((test) => test(labels))
}

function splitTopLevel(text: string): string[] {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim())
  return parts.filter((part) => part !== '')
}

function parseRequirement(part: string): Matcher {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part)
  if (set?.[1] !== undefined) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim())
    const operator = set[2] === 'in' ? 'In' : 'NotIn'
    const rule: SelectorRequirement = { key: set[1], operator, values }
    return (labels) => meets(rule, labels)
  }
  const pair = /^([^!=\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(part)
  if (pair?.[1] !== undefined) {
    const operator = pair[2] === '!=' ? 'NotIn' : 'In'
    const rule: SelectorRequirement = { key: pair[1], operator, values: [pair[3] ?? ''] }
    return (labels) => meets(rule, labels)
  }
  const flag = /^(!?)([^!=\s()]+)$/.exec(part)
  if (flag?.[2] === undefined) {
    throw new RegroupError('invalid', `unable to parse requirement: ${part}`)
  }
  const operator = flag[1] === '!' ? 'DoesNotExist' : 'Exists'
  const rule: SelectorRequirement = { key: flag[2], operator }
  return (labels) => meets(rule, labels)
}

/** Parses `spec.nodeName=x,status.phase!=Failed`. @throws RegroupError `invalid`. */
export function parseFieldSelector(text: string): (object: KubeObject) => boolean {
  const tests = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([\w.]+)(==|=|!=)(.*)$/.exec(part)
      if (match?.[1] === undefined) {
        throw new RegroupError('invalid', `invalid field selector: ${part}`)
      }
      return { path: match[1].split('.'), isEqual: match[2] !== '!=', value: match[3] ?? '' }
    })
  return (object) =>
    tests.every(({ isEqual, path, value }) => (fieldText(object, path) === value) === isEqual)
}

function fieldText(object: unknown, path: readonly string[]): string {
  let value: unknown = object
  for (const name of path) {
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[name]
  }
  return value === undefined || value === null ? '' : String(value)
}
