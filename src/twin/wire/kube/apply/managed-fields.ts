/** metadata.managedFields: who wrote which fields. Twin layer, pure. */

import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'
import { compareFields } from './field-set.ts'
import { type PathSet, pathsOf, stepsOf, treeOf } from './paths.ts'
import type { Shape } from './shape.ts'

/** One writer and its fields; `time` undefined is written without a time. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string | undefined
  readonly fields: PathSet
}

/** Who writes now. */
export type Writer = Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>

/** Update entries kept; older ones become one. */
const updatesMax = 10

/** Server-owned metadata and the status of a main write belong to nobody. */
const unowned: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'name',
  'namespace',
  'resourceVersion',
  'selfLink',
  'uid',
])

/** True for fields that managers may own in a write of this subresource. */
export function isOwnable(path: string, subresource: string): boolean {
  const [first = '', second = ''] = stepsOf(path)
  if (first === 'f:apiVersion' || first === 'f:kind') return false
  if (first === 'f:metadata') return second !== '' && !unowned.has(second.slice(2))
  if (first === 'f:status') return subresource === 'status'
  return subresource !== 'status'
}

/** Reads an object's managers. */
export function managersOf(object: unknown): readonly Manager[] {
  return listAt(object, 'metadata', 'managedFields')
    .filter(isJsonObject)
    .map((entry) => ({
      name: textAt(entry, 'manager'),
      operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
      apiVersion: textAt(entry, 'apiVersion'),
      subresource: textAt(entry, 'subresource'),
      time: textAt(entry, 'time') || undefined,
      fields: pathsOf(at(entry, 'fieldsV1')),
    }))
}

/** Writes managers in the server's order; undefined when there are none. */
export function writeManagers(managers: readonly Manager[]): readonly JsonObject[] | undefined {
  const kept = capUpdates(managers.filter(({ fields }) => fields.size > 0))
  if (kept.length === 0) return undefined
  return [...kept]
    .sort(byRank)
    .map(({ apiVersion, fields, name, operation, subresource, time }) => ({
      manager: name,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: treeOf(fields),
      ...(subresource === '' ? {} : { subresource }),
    }))
}

function byRank(one: Manager, other: Manager): number {
  const rank = ({ name, operation, time }: Manager): string => `${operation} ${time ?? ''} ${name}`
  return rank(one) < rank(other) ? -1 : 1
}

function capUpdates(managers: readonly Manager[]): readonly Manager[] {
  const updates = managers.filter(({ operation }) => operation === 'Update')
  if (updates.length <= updatesMax) return managers
  const old = [...updates].sort(byRank).slice(0, updates.length - updatesMax + 1)
  const merged: Manager = {
    ...(old[0] as Manager),
    name: 'ancient-changes',
    time: old.at(-1)?.time,
    fields: new Set(old.flatMap(({ fields }) => [...fields])),
  }
  return [...managers.filter((one) => !old.includes(one)), merged]
}

/** True for the entry of this writer. */
export function isSameWriter(one: Writer, other: Writer): boolean {
  return (
    one.name === other.name &&
    one.operation === other.operation &&
    one.apiVersion === other.apiVersion &&
    one.subresource === other.subresource
  )
}

/** The managers after a write that is no apply. */
export function managersAfterUpdate(
  shape: Shape,
  change: { readonly before: unknown; readonly after: unknown },
  writer: Writer,
  now: string,
): readonly Manager[] {
  const managers = managersOf(change.before)
  const { changed, removed } = compareFields(shape, change.before, change.after)
  const mine = [...changed].filter((path) => isOwnable(path, writer.subresource))
  if (changed.size === 0 && removed.size === 0) return managers
  const others = managers
    .filter((one) => !isSameWriter(one, writer))
    .map((one) => without(one, (path) => changed.has(path) || removed.has(path)))
  const own = managers.find((one) => isSameWriter(one, writer))
  const fields = new Set([...(own?.fields ?? []), ...mine].filter((path) => !removed.has(path)))
  if (fields.size === 0) return others
  const isSame = own !== undefined && mine.length === 0 && fields.size === own.fields.size
  return [...others, { ...writer, time: isSame ? own.time : now, fields }]
}

/** A manager without some of its fields. */
export function without(manager: Manager, isGone: (path: string) => boolean): Manager {
  const fields = new Set([...manager.fields].filter((path) => !isGone(path)))
  return fields.size === manager.fields.size ? manager : { ...manager, fields }
}
