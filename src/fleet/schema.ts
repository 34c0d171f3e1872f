/** The shape of fleet.yaml. Fleet layer, pure. */

import * as z from 'zod'
import { amiFamilies } from '../nodes/ami-parameters.ts'

// A file is read once or twice: to compile its parsers takes longer than to read it. Set before the first.
z.config({ jitless: true })

const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'must be a duration such as 5s, 15m, 24h or 7d')
const version = z.string().regex(/^1\.\d{1,2}$/, 'must be a quoted minor version such as "1.35"')
const share = z.union([
  z.number().int().min(1),
  z.string().regex(/^(100|\d{1,2})%$/, 'must be a count or a percentage from 0% to 100%'),
])
const strings = z.record(z.string(), z.union([z.string(), z.null()]))
const effects = [
  'NO_SCHEDULE',
  'NO_EXECUTE',
  'PREFER_NO_SCHEDULE',
  'NoSchedule',
  'NoExecute',
  'PreferNoSchedule',
] as const
const taint = z.strictObject({
  key: z.string().min(1).max(63),
  value: z.string().max(63).optional(),
  effect: z.enum(effects),
})

/** Fields that a node group, a default, an include entry and an override share. */
const groupFields = {
  availabilityZone: z.string().optional(),
  capacityType: z.enum(['SPOT', 'ON_DEMAND']).optional(),
  arch: z.enum(['amd64', 'arm64']).optional(),
  instanceTypes: z.array(z.string()).min(1).optional(),
  amiFamily: z.enum(amiFamilies).optional(),
  ami: z
    .strictObject({
      id: z.string().regex(/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'must be the id of an AMI'),
    })
    .optional(),
  releaseVersion: z.string().optional(),
  nodeRole: z.string().optional(),
  subnetSelector: strings.optional(),
  securityGroupSelector: strings.optional(),
  minSize: z.number().int().min(0).optional(),
  maxSize: z.number().int().min(1).optional(),
  volume: z
    .strictObject({
      size: z.number().int().min(8).max(16384),
      type: z.string().optional(),
      iops: z.number().int().min(100).optional(),
      throughput: z.number().int().min(125).optional(),
    })
    .optional(),
  ebsOptimized: z.boolean().optional(),
  labels: strings.optional(),
  taints: z.array(taint).optional(),
  tags: strings.optional(),
  kubelet: z.record(z.string(), z.unknown()).optional(),
  preBootstrapCommands: z.array(z.string().min(1)).optional(),
  userData: z.string().min(1).optional(),
  updateConfig: z
    .strictObject({
      maxUnavailable: z.number().int().min(1).max(100).optional(),
      maxUnavailablePercentage: z.number().int().min(1).max(100).optional(),
    })
    .optional(),
  priority: z.number().int().min(1).optional(),
}

const include = z.strictObject({ name: z.string().optional(), ...groupFields })
const nodeGroup = z.strictObject({
  name: z.string().min(1),
  matrix: z
    .strictObject({
      capacityType: z
        .array(z.enum(['SPOT', 'ON_DEMAND']))
        .min(1)
        .optional(),
      arch: z
        .array(z.enum(['amd64', 'arm64']))
        .min(1)
        .optional(),
      availabilityZone: z.array(z.string()).min(1).optional(),
    })
    .optional(),
  include: z.array(include).optional(),
  exclude: z.array(include).optional(),
  ...groupFields,
})

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-12-31')
const override = z.strictObject({
  name: z.string().min(1),
  namespace: z.string().min(1),
  action: z.enum(['delete', 'skip']),
  owner: z.string().min(1),
  reason: z.string().min(1),
  expires: day,
})
const migration = z.strictObject({
  from: z
    .array(
      z.strictObject({ autoScalingGroup: z.string().min(1).optional(), tags: strings.optional() }),
    )
    .min(1)
    .optional(),
  surge: share.optional(),
  canary: z.strictObject({ nodes: z.number().int().min(0), soak: duration.optional() }).optional(),
  podDeadline: duration.optional(),
  nodeDeadline: duration.optional(),
  jobDeadline: duration.optional(),
  emptySoak: duration.optional(),
  soak: duration.optional(),
  virtualBudget: share.optional(),
  barePods: z.enum(['block', 'wait', 'delete']).optional(),
  jobs: z.enum(['wait', 'evict']).optional(),
  overrides: z.array(override).optional(),
})

const waiver = z.strictObject({
  rule: z.string().min(1),
  groups: z.string().min(1).optional(),
  reason: z.string().min(1),
  owner: z.string().min(1),
  expires: day,
})

const cluster = z.strictObject({
  names: z
    .array(z.string().regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, 'must be an EKS cluster name'))
    .min(1),
  labels: strings.optional(),
  region: z.string().optional(),
  kubernetesVersion: version.optional(),
  override: z.strictObject(groupFields).optional(),
})

const stage = z.strictObject({
  name: z.string().min(1),
  clusterSelector: strings.optional(),
  limit: z.number().int().min(1).optional(),
  maxConcurrency: share.optional(),
  soak: duration.optional(),
  controlPlaneSoak: duration.optional(),
  approval: z.enum(['before', 'after']).optional(),
})

/** The whole file. Unknown keys are errors everywhere. */
export const fleetSchema = z.strictObject({
  apiVersion: z.literal('regroup.dev/v1alpha1'),
  kind: z.literal('Fleet'),
  metadata: z.strictObject({ name: z.string().min(1) }),
  defaults: z
    .strictObject({
      kubernetesVersion: version.optional(),
      region: z.string().optional(),
      ...groupFields,
    })
    .optional(),
  nodeGroups: z.array(nodeGroup).min(1),
  priorityExpander: z.strictObject({ enabled: z.boolean() }).optional(),
  clusters: z.array(cluster).min(1),
  addons: z.record(z.string(), z.literal('default')).optional(),
  clusterAutoscaler: z.strictObject({ manageImage: z.boolean() }).optional(),
  migration: migration.optional(),
  waivers: z.array(waiver).optional(),
  rollout: z
    .strictObject({
      maintenanceWindow: z
        .strictObject({
          days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1),
          startTime: z.string().regex(/^\d{2}:\d{2}$/, 'must be a time such as 09:00'),
          endTime: z.string().regex(/^\d{2}:\d{2}$/, 'must be a time such as 16:00'),
          timeZone: z.string(),
        })
        .optional(),
      maxFailures: z.number().int().min(0).optional(),
      stages: z.array(stage).min(1).optional(),
    })
    .optional(),
})

/** A file of the right shape. */
export type FleetFile = z.infer<typeof fleetSchema>
/** One entry of `nodeGroups`. */
export type NodeGroupEntry = FleetFile['nodeGroups'][number]
