/** Schema issues as findings with positions, remedies and suggestions. World layer, pure. */

import type { $ZodType } from 'zod/v4/core'
import type { Finding } from '../finding.ts'
import { nearest } from './nearest.ts'
import { keysAt } from './schema-keys.ts'
import type { PositionedYaml } from './yaml-reader.ts'

/** A document against its schema. */
export interface ShapeContext {
  /** First part of the codes, e.g. `fleet`. */
  readonly area: string
  /** Page that explains the format, e.g. `docs/fleet-file.md`. */
  readonly page: string
  readonly schema: $ZodType
  readonly yaml: PositionedYaml
}

/** One complaint of zod, as far as it is read here. */
export interface Issue {
  readonly code: string
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly keys?: readonly string[]
  readonly values?: readonly unknown[]
  readonly errors?: readonly (readonly Issue[])[]
}

/** Every issue of a parse, one finding per unknown key. */
export function shapeFindings(issues: readonly Issue[], context: ShapeContext): readonly Finding[] {
  const meant = new Set(issues.flatMap((issue) => meantPaths(issue, context)))
  return issues
    .filter((issue) => !isMissing(issue, context.yaml) || !meant.has(textOf(issue.path)))
    .flatMap((issue) => findingsOf(issue, context))
}

/** Keys that mistyped ones stand for: that those are missing need not be told as well. */
function meantPaths(issue: Issue, { schema }: ShapeContext): readonly string[] {
  return (issue.keys ?? []).flatMap((key) => {
    const near = meantKey(schema, issue.path, key)
    return near === undefined ? [] : textOf([...issue.path, near])
  })
}

/** The key of the schema that an unknown one was meant to be; undefined when none is near. */
export function meantKey(schema: $ZodType, path: Issue['path'], key: string): string | undefined {
  return nearest(key, keysAt(schema, path))
}

function findingsOf(issue: Issue, context: ShapeContext): readonly Finding[] {
  const { area, yaml } = context
  const path = textOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(context.schema, issue.path)
    return (issue.keys ?? []).map((key) => {
      const near = nearest(key, known)
      const there = known.length > 0 ? `Remove it; there may be ${known.join(', ')}.` : 'Remove it.'
      return {
        code: `${area}/unknown-key`,
        severity: 'error',
        message: `unknown key ${key}${path === '' ? '' : ` in ${path}`}`,
        remedy: near === undefined ? there : `Did you mean ${near}?`,
        path: path === '' ? key : `${path}.${key}`,
        location: yaml.locateKey(issue.path, key),
      }
    })
  }
  return [
    {
      code: `${area}/${codeOf(issue, yaml)}`,
      severity: 'error',
      message: `${path === '' ? 'the document' : path} ${messageOf(issue, yaml)}`,
      remedy: remedyOf(issue, context),
      path,
      location: yaml.locate(issue.path),
    },
  ]
}

function codeOf(issue: Issue, yaml: PositionedYaml): string {
  if (isMissing(issue, yaml)) return 'missing-key'
  if (issue.code === 'invalid_value') return 'unknown-value'
  if (issue.code === 'invalid_type') return 'wrong-type'
  if (issue.code === 'too_small' || issue.code === 'too_big') return 'out-of-range'
  return 'invalid-value'
}

function isMissing(issue: Issue, yaml: PositionedYaml): boolean {
  const isAbout = issue.code === 'invalid_type' || issue.code === 'invalid_value'
  return isAbout && issue.path.length > 0 && valueAt(yaml.value, issue.path) === undefined
}

function messageOf(issue: Issue, yaml: PositionedYaml): string {
  if (isMissing(issue, yaml)) return 'is missing'
  if (issue.code === 'invalid_value') {
    const value = shown(valueAt(yaml.value, issue.path))
    return `is ${value}, which is not one of its values`
  }
  if (issue.code === 'invalid_union') {
    const inner = issue.errors?.flat().find((one) => one.code === 'invalid_format')
    return inner?.message ?? 'has the wrong form'
  }
  return issue.message
    .replace(/^Invalid input: expected (\w+), received (\w+)$/, 'must be of type $1, not $2')
    .replace(/^(Too (small|big)): /, 'is out of range: ')
}

function remedyOf(issue: Issue, { page, yaml }: ShapeContext): string {
  const value = valueAt(yaml.value, issue.path)
  if (isMissing(issue, yaml)) {
    const only = issue.values?.length === 1 ? `: ${String(issue.values[0])}` : ''
    return `Add ${String(issue.path.at(-1))}${only}; see ${page}.`
  }
  if (issue.code === 'invalid_value') {
    const values = (issue.values ?? []).map(String)
    const near = nearest(String(value), values)
    return near === undefined ? `Write ${values.join(' or ')}.` : `Did you mean ${near}?`
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    return 'Choose a value within the range.'
  }
  return `Write it as ${page} shows${value === undefined ? '' : `; it is ${shown(value)} now`}.`
}

/** Values of users can be long, and can be anything. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Readonly<Record<string | number, unknown>> | undefined)?.[key],
    value,
  )
}

/** `nodeGroups[0].taints[1].effect`. */
export function textOf(path: readonly (string | number)[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
}
