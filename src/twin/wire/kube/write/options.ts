/** Query options of writes: dryRun, fieldManager, fieldValidation, force. Twin layer, pure. */

import { type Fault, invalidOptions } from '../http/refusals.ts'
import type { WireRequest } from '../http/request.ts'

/** Checked options of a write. */
export interface WriteOptions {
  readonly isDryRun: boolean
  readonly manager: string
  readonly validation: 'Ignore' | 'Warn' | 'Strict'
  readonly isForced: boolean
}

/** Reads them. `kind` is CreateOptions, UpdateOptions or PatchOptions. @throws StatusError 422. */
export function writeOptions(
  query: URLSearchParams,
  request: WireRequest,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
): WriteOptions {
  const isDryRun = checkDryRun(query.getAll('dryRun'), kind)
  const validation = query.get('fieldValidation') ?? ''
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(validation)) {
    const message = `Unsupported value: "${validation}": supported values: "", "Ignore", "Strict", "Warn"`
    throw invalidOptions(kind, {
      field: 'fieldValidation',
      reason: 'FieldValueNotSupported',
      message,
    })
  }
  const manager = query.get('fieldManager') ?? ''
  if (manager.length > 128) {
    const message = 'Too long: may not be more than 128 bytes'
    throw invalidOptions(kind, { field: 'fieldManager', reason: 'FieldValueTooLong', message })
  }
  return {
    isDryRun,
    manager: manager === '' ? managerOf(request) : manager,
    validation: (validation === '' ? 'Warn' : validation) as WriteOptions['validation'],
    isForced: query.get('force') === 'true',
  }
}

/** Manager of a client that names none: its User-Agent up to the first slash. */
function managerOf({ headers }: WireRequest): string {
  const agent = (headers['user-agent'] ?? '').split('/')[0]?.trim() ?? ''
  return agent === '' ? 'unknown' : agent.slice(0, 128)
}

/** True for a dry run. @throws StatusError 422 for anything but `All`. */
export function checkDryRun(values: readonly string[], kind: string): boolean {
  const set = values.filter((one) => one !== '')
  const bad = set.filter((one) => one !== 'All')
  if (bad.length > 0) {
    const list = `[${set.map((one) => JSON.stringify(one)).join(', ')}]`
    const message = `Unsupported value: ${list}: supported values: "All"`
    const fault: Fault = { field: 'dryRun', reason: 'FieldValueNotSupported', message }
    throw invalidOptions(kind, fault)
  }
  return set.length > 0
}
