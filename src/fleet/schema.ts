/** The shape of fleet.yaml. Fleet layer, pure. */

import { en } from 'zod/locales'
// Every command waits for these schemas: from this interface they are there in half the time.
import * as z from 'zod/mini'
import { amiFamilies } from '../nodes/ami-parameters.ts'

// A file is read once or twice: to compile its parsers takes longer than to read it. Set before the first.
z.config({ ...en(), jitless: true })

const text = z.string()
const name = z.string().check(z.minLength(1))
const flag = z.boolean()
const count = (min: number, max?: number) =>
  z.number().check(z.int(), z.gte(min), ...(max === undefined ? [] : [z.lte(max)]))
const pattern = (form: RegExp, message: string) => z.string().check(z.regex(form, message))
const some = <T extends z.ZodMiniType>(item: T) => z.array(item).check(z.minLength(1))

const duration = pattern(/^\d+(ms|s|m|h|d)$/, 'must be a duration such as 5s, 15m, 24h or 7d')
const version = pattern(/^1\.\d{1,2}$/, 'must be a quoted minor version such as "1.35"')
const day = pattern(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-12-31')
const share = z.union([
  count(1),
  pattern(/^(100|\d{1,2})%$/, 'must be a count or a percentage from 0% to 100%'),
])
const strings = z.record(text, z.union([text, z.null()]))
const capacityType = z.enum(['SPOT', 'ON_DEMAND'])
const arch = z.enum(['amd64', 'arm64'])
const effects = [
  'NO_SCHEDULE',
  'NO_EXECUTE',
  'PREFER_NO_SCHEDULE',
  'NoSchedule',
  'NoExecute',
  'PreferNoSchedule',
] as const
const taint = z.strictObject({
  key: z.string().check(z.minLength(1), z.maxLength(63)),
  value: z.optional(z.string().check(z.maxLength(63))),
  effect: z.enum(effects),
})

/** Fields that a node group, a default, an include entry and an override share: all may be left out. */
const groupFields = z.partial(
  z.strictObject({
    availabilityZone: text,
    capacityType,
    arch,
    instanceTypes: some(text),
    amiFamily: z.enum(amiFamilies),
    ami: z.strictObject({
      id: pattern(/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'must be the id of an AMI'),
    }),
    releaseVersion: text,
    nodeRole: text,
    subnetSelector: strings,
    securityGroupSelector: strings,
    minSize: count(0),
    maxSize: count(1),
    volume: z.strictObject({
      size: count(8, 16384),
      type: z.optional(text),
      iops: z.optional(count(100)),
      throughput: z.optional(count(125)),
    }),
    ebsOptimized: flag,
    labels: strings,
    taints: z.array(taint),
    tags: strings,
    kubelet: z.record(text, z.unknown()),
    preBootstrapCommands: z.array(name),
    userData: name,
    updateConfig: z.partial(
      z.strictObject({ maxUnavailable: count(1, 100), maxUnavailablePercentage: count(1, 100) }),
    ),
    priority: count(1),
  }),
).shape

const include = z.strictObject({ name: z.optional(text), ...groupFields })
const nodeGroup = z.strictObject({
  name,
  matrix: z.optional(
    z.partial(
      z.strictObject({
        capacityType: some(capacityType),
        arch: some(arch),
        availabilityZone: some(text),
      }),
    ),
  ),
  include: z.optional(z.array(include)),
  exclude: z.optional(z.array(include)),
  ...groupFields,
})

const override = z.strictObject({
  name,
  namespace: name,
  action: z.enum(['delete', 'skip']),
  owner: name,
  reason: name,
  expires: day,
})
const migration = z.partial(
  z.strictObject({
    from: some(z.partial(z.strictObject({ autoScalingGroup: name, tags: strings }))),
    surge: share,
    canary: z.strictObject({ nodes: count(0), soak: z.optional(duration) }),
    podDeadline: duration,
    nodeDeadline: duration,
    jobDeadline: duration,
    emptySoak: duration,
    soak: duration,
    virtualBudget: share,
    barePods: z.enum(['block', 'wait', 'delete']),
    jobs: z.enum(['wait', 'evict']),
    overrides: z.array(override),
  }),
)

const waiver = z.strictObject({
  rule: name,
  groups: z.optional(name),
  reason: name,
  owner: name,
  expires: day,
})

const cluster = z.strictObject({
  names: some(pattern(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, 'must be an EKS cluster name')),
  labels: z.optional(strings),
  region: z.optional(text),
  kubernetesVersion: z.optional(version),
  override: z.optional(z.strictObject(groupFields)),
})

const stage = z.strictObject({
  name,
  clusterSelector: z.optional(strings),
  limit: z.optional(count(1)),
  maxConcurrency: z.optional(share),
  soak: z.optional(duration),
  controlPlaneSoak: z.optional(duration),
  approval: z.optional(z.enum(['before', 'after'])),
})
const rollout = z.partial(
  z.strictObject({
    maintenanceWindow: z.strictObject({
      days: some(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])),
      startTime: pattern(/^\d{2}:\d{2}$/, 'must be a time such as 09:00'),
      endTime: pattern(/^\d{2}:\d{2}$/, 'must be a time such as 16:00'),
      timeZone: text,
    }),
    maxFailures: count(0),
    stages: some(stage),
  }),
)

/** The whole file. Unknown keys are errors everywhere. */
export const fleetSchema = z.strictObject({
  apiVersion: z.literal('regroup.dev/v1alpha1'),
  kind: z.literal('Fleet'),
  metadata: z.strictObject({ name }),
  defaults: z.optional(
    z.strictObject({
      kubernetesVersion: z.optional(version),
      region: z.optional(text),
      ...groupFields,
    }),
  ),
  nodeGroups: some(nodeGroup),
  priorityExpander: z.optional(z.strictObject({ enabled: flag })),
  clusters: some(cluster),
  addons: z.optional(z.record(text, z.literal('default'))),
  clusterAutoscaler: z.optional(z.strictObject({ manageImage: flag })),
  migration: z.optional(migration),
  waivers: z.optional(z.array(waiver)),
  rollout: z.optional(rollout),
})

/** A file of the right shape. */
export type FleetFile = z.infer<typeof fleetSchema>
/** One entry of `nodeGroups`. */
export type NodeGroupEntry = FleetFile['nodeGroups'][number]
