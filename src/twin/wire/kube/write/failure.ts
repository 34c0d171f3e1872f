/** Failures of the twin's rules as the API server words them. Twin layer, pure. */

import { isFailure } from '../../../../world/failure.ts'
import { alreadyExists, conflict, forbidden, notFound, type Subject } from '../http/refusals.ts'
import { StatusError } from '../http/status.ts'

/** Objects beyond this are refused by the store behind a real server. */
const storedBytesMax = 1_572_864

/** @throws StatusError 500 for an object that the store would not take. */
export function requireStorable(object: unknown, sentBytes: number): void {
  if (sentBytes < storedBytesMax / 2) return
  if (Buffer.byteLength(JSON.stringify(object)) <= storedBytesMax) return
  throw new StatusError({ code: 500, message: 'etcdserver: request is too large' })
}

/** Runs a write on the twin. @throws StatusError for every operational failure. */
export function orStatus<T>(subject: Subject, namespace: string | undefined, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (!isFailure(error)) throw error
    switch (error.code) {
      case 'already-exists':
        throw alreadyExists(subject, false)
      case 'conflict':
        throw conflict(subject, error.message)
      case 'not-found':
        throw notFound(subject)
      case 'forbidden':
        throw forbidden(subject, error.message, [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace ?? ''} is being terminated`,
            field: 'metadata.namespace',
          },
        ])
      case 'invalid':
        throw new StatusError({ code: 422, reason: 'Invalid', message: error.message })
      default:
        throw new StatusError({ code: 500, message: error.message })
    }
  }
}
