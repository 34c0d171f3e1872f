/** Ctrl-C: the first finishes what is in flight, the second exits at once. Cli layer. */

import { exitCode } from './exit-code.ts'
import type { Streams } from './streams.ts'

/** A signal that is aborted by the first Ctrl-C; `stop` takes the handler off. */
export function onInterrupt(
  streams: Streams,
  resumeHint: string,
): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted)
    streams.err(`\npausing: finishing what is in flight; ${resumeHint}\n`)
    controller.abort()
  }
  process.on('SIGINT', handle)
  return { signal: controller.signal, stop: () => void process.off('SIGINT', handle) }
}
