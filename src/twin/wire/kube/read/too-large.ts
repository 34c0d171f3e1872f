/** A resourceVersion of the future: the server waits three seconds and gives up. Twin layer, pure. */

import type { FailureParts } from '../http/status.ts'

/** How long the server waits for a version that is not there yet. */
export const futureWaitMs = 3000

/** The Status of the 504. */
export function tooLargeVersion(asked: string, current: number): FailureParts {
  return {
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  }
}
