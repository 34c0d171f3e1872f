/** Faults between a client and the twin's ports, as configuration. Twin layer, pure. */

import * as z from 'zod'

/** What a fault does to the requests that it hits. */
const wireFaultKinds = [
  // Before anything happened in the world:
  'reset',
  'server-error',
  'throttle',
  'expired-credentials',
  'unknown-credentials',
  'access-denied',
  // To every request and answer while it lasts:
  'clock-skew',
  // After the request took effect:
  'reset-after',
  'slow',
  'never-ending',
  'truncated-body',
  'oversized-body',
  'wrong-content-type',
] as const

/** One configured fault, as JSON and as YAML. */
export const wireFaultSchema = z.strictObject({
  kind: z.enum(wireFaultKinds),
  /** `eks:DescribeCluster`, `eks:*`, `*`. @default all */
  operation: z.string().min(1).max(200).default('*'),
  /** Fires so many times and is spent; without it until it is cleared. */
  count: z.number().int().positive().optional(),
  /** Fires with this probability, drawn from the fault's own stream. */
  probability: z.number().min(0).max(1).optional(),
  /** `slow`: wall milliseconds between request and answer. @default 5000 */
  delayMs: z.number().int().min(0).max(600_000).optional(),
  /** `server-error`: HTTP status. @default 500 */
  status: z.number().int().min(500).max(599).optional(),
  /** `clock-skew`: how far the server's clock is ahead, milliseconds. @default 900000 */
  skewMs: z.number().int().optional(),
  /** `oversized-body`: bytes of the answer. @default 67108864 */
  bytes: z.number().int().min(1).max(1_073_741_824).optional(),
})

/** A fault with its defaults. */
export type WireFault = z.infer<typeof wireFaultSchema>
