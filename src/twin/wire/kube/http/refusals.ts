/** Refusals about an object: not found, conflict, invalid, forbidden. Twin layer, pure. */

import { type StatusCause, StatusError } from './status.ts'

/** What a refusal is about; `resource` is the plural. */
export interface Subject {
  readonly group: string
  readonly resource: string
  readonly name: string
}

function qualified({ group, resource }: { group: string; resource: string }): string {
  return group === '' ? resource : `${resource}.${group}`
}

function detailsOf({ group, name, resource }: Subject): {
  name?: string
  group?: string
  kind: string
} {
  return {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  }
}

/** 404. */
export function notFound(subject: Subject): StatusError {
  const message = `${qualified(subject)} "${subject.name}" not found`
  return new StatusError({ code: 404, reason: 'NotFound', message, details: detailsOf(subject) })
}

/** 409 of a create; an object that is going is named as such. */
export function alreadyExists(subject: Subject, isGoing: boolean): StatusError {
  const head = isGoing ? 'object is being deleted: ' : ''
  const message = `${head}${qualified(subject)} "${subject.name}" already exists`
  return new StatusError({
    code: 409,
    reason: 'AlreadyExists',
    message,
    details: detailsOf(subject),
  })
}

/** 409 of a write whose precondition does not hold. */
export function conflict(subject: Subject, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${subject.name}": ${why}`
  return new StatusError({ code: 409, reason: 'Conflict', message, details: detailsOf(subject) })
}

/** Text of the usual 409. */
export const modifiedText =
  'the object has been modified; please apply your changes to the latest version and try again'

/** 403. `why` follows "is forbidden: ". */
export function forbidden(
  subject: Subject,
  why: string,
  causes: readonly StatusCause[] = [],
): StatusError {
  const name = subject.name === '' ? '' : ` "${subject.name}"`
  const details = { ...detailsOf(subject), ...(causes.length === 0 ? {} : { causes }) }
  const message = `${qualified(subject)}${name} is forbidden: ${why}`
  return new StatusError({ code: 403, reason: 'Forbidden', message, details })
}

/** One fault of a field. */
export interface Fault {
  readonly field: string
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTypeInvalid'
  readonly message: string
}

/** 422 with all faults at once. `kind` is Go's kind, e.g. `Deployment`. */
export function invalid(
  about: { readonly group: string; readonly kind: string; readonly name: string },
  faults: readonly Fault[],
): StatusError {
  const texts = [...new Set(faults.map(({ field, message }) => `${field}: ${message}`))]
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const { group, kind, name } = about
  const head = group === '' ? kind : `${kind}.${group}`
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${head} "${name}" is invalid: ${list}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(group === '' ? {} : { group }),
      ...(kind === '' ? {} : { kind }),
      causes: faults.map(({ field, message, reason }) => ({ reason, message, field })),
    },
  })
}

/** 422 of request options such as ListOptions. */
export function invalidOptions(kind: string, fault: Fault): StatusError {
  return invalid({ group: 'meta.k8s.io', kind, name: '' }, [fault])
}
