/** What the control endpoint takes. Twin layer, pure. */

import * as z from 'zod'
import { outageInput } from '../build/outage.ts'
import { kubeFaultSchema } from './kube-fault.ts'
import { wireFaultSchema } from './wire-fault.ts'

const failureCode = z.enum([
  'throttled',
  'unavailable',
  'timeout',
  'connection',
  'not-found',
  'already-exists',
  'conflict',
  'in-use',
  'invalid',
  'limit-exceeded',
  'forbidden',
  'unauthenticated',
  'expired',
  'unknown',
])

const effect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('error-before'), code: failureCode }),
  z.strictObject({ kind: z.literal('error-after'), code: failureCode }),
  z.strictObject({ kind: z.literal('throttle') }),
  z.strictObject({ kind: z.literal('delay'), delayMs: z.number().int().min(0) }),
  z.strictObject({ kind: z.literal('stale-read') }),
])

/** A fault inside the world; see twin/kernel/faults.ts. */
const twinFault = z.strictObject({
  operation: z.string().min(1),
  effect,
  object: z.string().optional(),
  occurrences: z.array(z.number().int().positive()).optional(),
  probability: z.number().min(0).max(1).optional(),
  fromMs: z.number().int().optional(),
  untilMs: z.number().int().optional(),
})

/** POST /faults: one fault of one kind. */
export const faultInput = z.union([
  z.strictObject({ twin: twinFault }),
  z.strictObject({ wire: wireFaultSchema }),
  z.strictObject({ kube: kubeFaultSchema }),
  z.strictObject({ outage: outageInput }),
])

const thirtyDaysMs = 30 * 24 * 3_600_000

/** POST /step: by so much virtual time, or until nothing but background events is left. */
export const stepInput = z.union([
  z.strictObject({ ms: z.number().int().min(0).max(thirtyDaysMs) }),
  z.strictObject({
    until: z.literal('quiet'),
    maxMs: z.number().int().positive().max(thirtyDaysMs).default(thirtyDaysMs),
  }),
])

/** POST /speed. */
export const speedInput = z.strictObject({
  speed: z.union([z.literal('max'), z.number().positive().max(1e6)]),
})

/** POST /throttling. */
export const throttlingInput = z.strictObject({ isOn: z.boolean() })

/** POST /clock/wait: virtual epoch milliseconds. */
export const waitInput = z.strictObject({ untilMs: z.number().int() })

/** POST /clock/sleep: as whom, and until which virtual epoch milliseconds. */
export const sleepInput = z.strictObject({ participant: z.string(), untilMs: z.number().int() })

/** POST /clock/wake. */
export const wakeInput = z.strictObject({ participant: z.string() })

/** POST /world/load: the outline; the world inside is taken as it was saved. */
export const savedWorldInput = z.strictObject({
  format: z.literal('regroup-twin/1'),
  seed: z.string(),
  world: z.looseObject({
    name: z.string(),
    startAt: z.string(),
    region: z.string(),
    clusters: z.array(z.looseObject({ name: z.string() })),
  }),
  inputs: z.array(
    z.strictObject({
      atMs: z.number(),
      session: z.string(),
      hasLatency: z.boolean(),
      target: z.string(),
      payload: z.unknown(),
    }),
  ),
  nowMs: z.number(),
})
