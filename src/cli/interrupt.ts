/** Ctrl-C: the first finishes what is in flight, the second exits at once. Cli layer. */

import { exitCode } from './exit-code.ts'

/** A signal that is aborted by the first Ctrl-C or SIGTERM; `stop` takes the handlers off. */
export function onInterrupt(say: (text: string) => void): {
  readonly signal: AbortSignal
  stop(): void
} {
  const controller = new AbortController()
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted)
    say(
      '\npausing: no new step begins, what is in flight is finished; Ctrl-C again stops at once\n',
    )
    controller.abort()
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, handle)
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of signals) process.off(name, handle)
    },
  }
}
