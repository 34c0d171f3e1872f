/** Faults between a client and a cluster's API server, as configuration. Twin layer, pure. */

import * as z from 'zod'

/** What a fault does to the requests that it hits. */
const kubeFaultKinds = [
  // Before anything happened in the cluster:
  'reset',
  'half-open',
  'flow-control',
  'server-error',
  'unauthorized',
  'expired-token',
  'webhook-denied',
  'webhook-timeout',
  'expired-version',
  // To the cluster itself, before the request:
  'restart',
  'lease-taken',
  // To every request and answer while it lasts:
  'clock-skew',
  // After the request took effect:
  'reset-after',
  'half-open-after',
  'truncated',
  'slow',
] as const

/** One configured fault, as JSON and as YAML. */
export const kubeFaultSchema = z.strictObject({
  kind: z.enum(kubeFaultKinds),
  /** Name of a cluster. @default all */
  cluster: z.string().min(1).max(100).default('*'),
  /** As RBAC names it: `list`, `watch`, `create`, ... @default all */
  verb: z.string().min(1).max(40).default('*'),
  /** As RBAC names it: `pods`, `pods/eviction`. @default all */
  resource: z.string().min(1).max(200).default('*'),
  /** Fires so many times and is spent; without it until it is cleared. */
  count: z.number().int().positive().optional(),
  /** Fires with this probability, drawn from the fault's own stream. */
  probability: z.number().min(0).max(1).optional(),
  /** Lets so many requests that it names pass first. @default 0 */
  skip: z.number().int().min(0).optional(),
  /** `slow`, `webhook-timeout`: wall milliseconds until the answer. @default 5000, 10000 */
  delayMs: z.number().int().min(0).max(600_000).optional(),
  /** `server-error`: HTTP status. @default 500 */
  status: z.number().int().min(500).max(599).optional(),
  /** `flow-control`: seconds of its Retry-After. @default 1 */
  retryAfterSeconds: z.number().int().min(0).max(3600).optional(),
  /** `half-open`, `truncated`: a watch brings so many events first. @default 0 */
  eventCount: z.number().int().min(0).optional(),
  /** `clock-skew`: how far the server's clock is ahead, milliseconds. @default 900000 */
  skewMs: z.number().int().optional(),
  /** `restart`: the port stays closed for so many virtual milliseconds. @default 20000 */
  downMs: z.number().int().min(0).max(86_400_000).optional(),
  /** `lease-taken`: who takes it, for 60 virtual seconds. @default someone-else */
  holder: z.string().min(1).max(253).optional(),
})

/** A fault with its defaults. */
export type KubeFault = z.infer<typeof kubeFaultSchema>

/** A request as faults see it. */
export interface KubeAsked {
  readonly cluster: string
  readonly verb: string
  /** With its subresource, e.g. `pods/eviction`; the path for anything that is no resource. */
  readonly resource: string
  /** True for a page of a list after the first. */
  readonly isContinued: boolean
}
