/** Makers of field faults in the API server's words. Twin layer, pure. */

import type { Fault } from '../http/refusals.ts'

/** A list of faults being collected. */
export type Faults = Fault[]

/** A field that must be there. */
export function required(field: string, why = ''): Fault {
  const message = why === '' ? 'Required value' : `Required value: ${why}`
  return { field, reason: 'FieldValueRequired', message }
}

/** A value that does not do; text values are quoted, others are JSON. */
export function invalidValue(field: string, value: unknown, why: string): Fault {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${why}` }
}

/** Something that may not be. */
export function forbiddenField(field: string, why: string): Fault {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` }
}

/** A word that is none of the known ones. */
export function unsupported(field: string, value: unknown, known: readonly string[]): Fault {
  const list = known.map((one) => `"${one}"`).join(', ')
  const message = `Unsupported value: ${shown(value)}: supported values: ${list}`
  return { field, reason: 'FieldValueNotSupported', message }
}

/** A value that comes twice. */
export function duplicate(field: string, value: unknown, why = ''): Fault {
  const tail = why === '' ? '' : `: ${why}`
  return {
    field,
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${shown(value)}${tail}`,
  }
}

/** A value that is too long. */
export function tooLong(field: string, bytes: number): Fault {
  const message = `Too long: may not be more than ${bytes} bytes`
  return { field, reason: 'FieldValueTooLong', message }
}

function shown(value: unknown): string {
  return JSON.stringify(value)
}
