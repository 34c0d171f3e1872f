/** Server-side apply: merge by ownership, conflicts, removal of what is no longer wanted. Twin layer, pure. */

import { isSameJson } from '../../../kube/unchanged.ts'
import { StatusError } from '../http/status.ts'
import { isJsonObject, type JsonObject, setOwn } from '../schema/own.ts'
import { compareFields, fieldsOf, itemStep } from './field-set.ts'
import { lastAppliedOf } from './last-applied.ts'
import {
  isOwnable,
  isSameWriter,
  type Manager,
  managersOf,
  type Writer,
  without,
} from './managed-fields.ts'
import { child, hasBelow, type PathSet, pathText } from './paths.ts'
import type { Shape } from './shape.ts'

/** One apply. */
export interface ApplyInput {
  readonly shape: Shape
  /** The stored object; undefined when it is to be created. */
  readonly live: JsonObject | undefined
  readonly config: JsonObject
  readonly writer: Writer
  readonly isForced: boolean
  /** The object in the words of refusals, e.g. `wire/s; /v1, Kind=ConfigMap`. */
  readonly about: string
  readonly now: string
}

/** The merged object and its managers. */
export interface Applied {
  readonly object: JsonObject
  readonly managers: readonly Manager[]
}

/** Applies a configuration. @throws StatusError 409 for conflicts, 500 for what the schema does not have. */
export function applyConfig(input: ApplyInput): Applied {
  const { config, live, shape, writer } = input
  const wanted = new Set(
    [...fieldsOf(shape, config, input.about)].filter((path) => isOwnable(path, writer.subresource)),
  )
  const managers = managersOf(live)
  const own = managers.find((one) => isSameWriter(one, writer))
  const others = managers.filter((one) => one !== own)
  const merged = merge(shape, live ?? {}, config) as JsonObject
  const { changed } = compareFields(shape, live ?? {}, merged)
  const taken = others.map((one) => conflictsOf(one, wanted, changed))
  const isForced = input.isForced || isMigration(input, taken.flat())
  if (!isForced && taken.some((paths) => paths.length > 0)) throw conflictOf(others, taken)
  const kept = others.map((one, index) => {
    const lost = new Set(taken[index])
    return without(one, (path) => lost.has(path))
  })
  const dropped = [...(own?.fields ?? [])].filter((path) => !wanted.has(path))
  const owned: PathSet = new Set([...wanted, ...kept.flatMap(({ fields }) => [...fields])])
  const removed = new Set(dropped.filter((path) => !hasBelow(owned, path)))
  const object = prune(shape, merged, '', removed) as JsonObject
  const isSame = live !== undefined && isSameJson(live, object)
  const isSameSet = own !== undefined && sameSet(own.fields, wanted)
  const time = isSameSet && isSame ? own.time : isSame ? undefined : input.now
  return { object, managers: [...kept, { ...writer, time, fields: wanted }] }
}

/** kubectl may take over what its own client-side apply has set; the annotation says which fields. */
function isMigration(
  { live, shape, writer, about }: ApplyInput,
  taken: readonly string[],
): boolean {
  if (writer.name !== 'kubectl' || taken.length === 0) return false
  const last = lastAppliedOf(live)
  if (last === undefined) return false
  const fields = fieldsOf(shape, last, about)
  return taken.every((path) => fields.has(path))
}

function sameSet(one: PathSet, other: PathSet): boolean {
  return one.size === other.size && [...one].every((path) => other.has(path))
}

function conflictsOf({ fields }: Manager, wanted: PathSet, changed: PathSet): string[] {
  return [...wanted].filter((path) => changed.has(path) && fields.has(path)).sort()
}

function conflictOf(managers: readonly Manager[], taken: readonly string[][]): StatusError {
  const hits = managers
    .map((manager, index) => ({ name: nameText(manager), paths: taken[index] ?? [] }))
    .filter(({ paths }) => paths.length > 0)
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  const causes = hits.flatMap(({ name, paths }) =>
    paths.map((path) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${name}`,
      field: pathText(path),
    })),
  )
  const [only] = causes
  const head = `Apply failed with ${causes.length} conflict`
  const message =
    causes.length === 1 && only !== undefined
      ? `${head}: ${only.message}: ${only.field}`
      : `${head}s: ${hits
          .map(({ name, paths }) =>
            [`conflicts with ${name}:`, ...paths.map((path) => `- ${pathText(path)}`)].join('\n'),
          )
          .join('\n')}`
  return new StatusError({ code: 409, reason: 'Conflict', message, details: { causes } })
}

function nameText({ apiVersion, name, operation, subresource }: Manager): string {
  const sub = subresource === '' ? '' : ` with subresource "${subresource}"`
  const using = operation === 'Update' ? ` using ${apiVersion}` : ''
  return `"${name}"${sub}${using}`
}

function merge(shape: Shape, live: unknown, config: unknown): unknown {
  if (config === undefined) return live
  if (shape.kind === 'map' && isJsonObject(config)) {
    const result: Record<string, unknown> = isJsonObject(live) ? { ...live } : {}
    for (const [name, member] of Object.entries(config)) {
      const before = Object.hasOwn(result, name) ? result[name] : undefined
      const inner: Shape = shape.member(name) ?? { kind: 'leaf' }
      setOwn(result, name, merge(inner, before, member))
    }
    return result
  }
  if (!Array.isArray(config) || !Array.isArray(live)) return config
  if (shape.kind === 'set') return [...live, ...config.filter((one) => !live.includes(one))]
  if (shape.kind !== 'list') return config
  const { item, keys } = shape
  const byStep = new Map(config.map((one) => [itemStep(keys, one), one]))
  const known = live.map((one) => {
    const step = itemStep(keys, one)
    const applied = byStep.get(step)
    byStep.delete(step)
    return applied === undefined ? one : merge(item, one, applied)
  })
  return [...known, ...byStep.values()]
}

/** Takes out what its only owner no longer wants. */
function prune(shape: Shape, value: unknown, path: string, removed: PathSet): unknown {
  if (removed.size === 0) return value
  if (shape.kind === 'map' && isJsonObject(value)) {
    const result: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(value)) {
      const inner = child(path, `f:${name}`)
      if (removed.has(inner)) continue
      setOwn(result, name, prune(shape.member(name) ?? { kind: 'leaf' }, member, inner, removed))
    }
    return result
  }
  if (shape.kind === 'list' && Array.isArray(value)) {
    return value.flatMap((one) => {
      const inner = child(path, itemStep(shape.keys, one))
      return removed.has(inner) ? [] : [prune(shape.item, one, inner, removed)]
    })
  }
  if (shape.kind === 'set' && Array.isArray(value)) {
    return value.filter((one) => !removed.has(child(path, `v:${JSON.stringify(one)}`)))
  }
  return value
}
