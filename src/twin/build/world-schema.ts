/** The shape of world.yaml. Twin layer, pure. */

import * as z from 'zod'
import { kubeFaultSchema } from '../wire/kube-fault.ts'
import { wireFaultSchema } from '../wire/wire-fault.ts'
import { worldOutageSchema } from './outage.ts'

const strings = z.record(z.string(), z.string())

const group = z.strictObject({
  name: z.string().min(1),
  count: z.number().int().min(0),
  instanceType: z.string().optional(),
  instanceTypes: z.array(z.string()).min(1).optional(),
  zone: z.string().optional(),
  zones: z.array(z.string()).min(1).optional(),
  capacityType: z.enum(['SPOT', 'ON_DEMAND']).optional(),
  amiFamily: z.enum(['AmazonLinux2', 'AmazonLinux2023']).optional(),
  minSize: z.number().int().min(0).optional(),
  maxSize: z.number().int().min(1).optional(),
  labels: strings.optional(),
  taints: z.array(z.string()).optional(),
  tags: strings.optional(),
  instanceRefresh: z.enum(['none', 'in-progress']).optional(),
})

/** world.yaml: one cluster, its groups and what runs on them. */
export const worldSchema = z.strictObject({
  apiVersion: z.literal('regroup.dev/v1alpha1'),
  kind: z.literal('World'),
  metadata: z.strictObject({ name: z.string().min(1) }).optional(),
  startAt: z.iso.datetime('must be a time such as "2026-11-24T08:00:00Z"').optional(),
  region: z.string().optional(),
  zones: z.array(z.string()).min(1).optional(),
  cluster: z.strictObject({
    name: z.string().min(1),
    kubernetesVersion: z
      .string()
      .regex(/^1\.\d{1,2}$/, 'must be a quoted minor version such as "1.32"'),
    nodeRole: z.string().optional(),
    autoscaler: z.boolean().optional(),
    priorities: z.string().optional(),
  }),
  groups: z.array(group).optional(),
  groupsFile: z.string().optional(),
  workloads: z.strictObject({ scenario: z.string() }).optional(),
  manifests: z.array(z.string()).optional(),
  outages: z.array(worldOutageSchema).optional(),
  wireFaults: z.array(wireFaultSchema).optional(),
  kubeFaults: z.array(kubeFaultSchema).optional(),
})

/** A world file of the right shape. */
export type WorldFile = z.infer<typeof worldSchema>
