/** Operations that the twin does not have: an error, never an empty success. Twin layer. */

import { RegroupError } from '../../world/failure.ts'
import type { Session } from '../kernel/session.ts'

/** A method that refuses by name. */
export function twinLacks(
  session: Session,
  service: string,
): (operation: string) => (input: unknown) => Promise<never> {
  return (operation) => () =>
    session.call({ operation: `${service}:${operation}`, object: '', latencyMs: 1 }, () => {
      throw new RegroupError('invalid', `the twin does not have ${service}:${operation}`, {
        context: { serviceCode: 'NotImplemented' },
      })
    })
}
