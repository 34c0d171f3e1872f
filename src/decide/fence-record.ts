/** What a fence leaves on an old group, and when the fence holds. Decide layer, pure. */

import { autoscalerEnabledTag, fencedProcesses, fenceTagKey } from './names.ts'
import type { ObservedGroup } from './observed.ts'

/** Previous values of a fenced group, as its tag keeps them. */
export interface FenceRecord {
  readonly min: number
  readonly max: number
  readonly desired: number
  readonly suspended: readonly string[]
  /** Value of the autoscaler's discovery tag, when there was one. */
  readonly discovery?: string
  /** False = that tag was not given to instances; absent = it was, or there was none. */
  readonly isDiscoveryPropagated?: boolean
}

/** Asked for every node of a group in every round; the tag is read once. */
const records = new WeakMap<ObservedGroup, { readonly record: FenceRecord | undefined }>()

/** What the group's fence tag says; undefined without a tag or when it is not ours to read. */
export function fenceRecordOf(group: ObservedGroup): FenceRecord | undefined {
  const known = records.get(group)
  if (known !== undefined) return known.record
  const record = readRecord(group.tags[fenceTagKey])
  records.set(group, { record })
  return record
}

function readRecord(text: string | undefined): FenceRecord | undefined {
  if (text === undefined) return undefined
  try {
    const record = JSON.parse(text) as FenceRecord
    const areNumbers = [record.min, record.max, record.desired].every(Number.isInteger)
    return areNumbers && Array.isArray(record.suspended) ? record : undefined
  } catch {
    return undefined
  }
}

/** The previous values are recorded on the group and nothing but us can change its size any more. */
export function isFenced(group: ObservedGroup): boolean {
  const record = fenceRecordOf(group)
  return (
    record !== undefined &&
    group.maxSize <= record.desired &&
    group.tags[autoscalerEnabledTag] === undefined &&
    fencedProcesses.every((name) => group.suspendedProcesses.includes(name))
  )
}
