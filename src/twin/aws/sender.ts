/** How a port method becomes a call of the session. Twin layer. */

import type { Session } from '../kernel/session.ts'

/** One request of one service: its name, the object for journal and faults, what it does. */
export type Sender = <Input, Output>(
  operation: string,
  objectOf: (input: NoInfer<Input>) => string | undefined,
  effect: (input: NoInfer<Input>) => Output,
) => (input: Input) => Promise<Output>

/** A sender for a service; `latencyMs` is a round trip. Reads answer stale under that fault. */
export function senderFor(session: Session, service: string, latencyMs: number): Sender {
  return (operation, objectOf, effect) => (input) => {
    const isRead = /^(Describe|List|Get)/.test(operation)
    const call = {
      operation: `${service}:${operation}`,
      object: objectOf(input) ?? '',
      latencyMs,
      ...(isRead ? { readKey: `${operation} ${JSON.stringify(input)}` } : {}),
    }
    return session.call(call, () => effect(input))
  }
}
