/** The twelve compositions of data/scenarios.json as worlds. Twin layer. */

import autoscalerTags from '../../../data/cluster-autoscaler-tags.json' with { type: 'json' }
import scenarioTable from '../../../data/scenarios.json' with { type: 'json' }
import workloadTable from '../../../data/workloads.json' with { type: 'json' }
import { instanceType } from '../../nodes/instance-types.ts'
import type { KubeObject, PodTemplate } from '../../world/kube-objects.ts'
import { taint, templateOf } from './pod-template.ts'
import type { ScenarioEntry, ScenarioRow, WorkloadRow } from './rows.ts'
import { copiesOf, objectsOf, type WorkloadCopy } from './workload-objects.ts'
import type { WorldCluster, WorldGroup, WorldSpec } from './world-spec.ts'

const scenarios = scenarioTable.scenarios as unknown as readonly ScenarioRow[]
const rows = new Map(
  (workloadTable.rows as unknown as readonly WorkloadRow[]).map((row) => [row.id, row]),
)
const region = 'eu-west-1'
const accountId = '111122223333'

/** Names of the compositions. */
export const scenarioNames: readonly string[] = scenarios.map((one) => one.name)

/** A composition by name. */
export function scenarioRow(name: string): ScenarioRow | undefined {
  return scenarios.find((one) => one.name === name)
}

/**
 * The world before its migration: every group of the composition stands as a self-managed AL2 group on
 * Kubernetes 1.32, whatever the composition says of it, so that all its nodes are moved.
 */
export function scenarioWorld(name: string): WorldSpec | undefined {
  const row = scenarioRow(name)
  if (row === undefined) return undefined
  const zones = row.azs.map((az) => region + az)
  const cluster: WorldCluster = {
    name,
    kubernetesVersion: '1.32',
    nodeRole: nodeRoleOf(name),
    groups: row.nodeGroups.map((group) => worldGroup(name, group)),
    objects: scenarioObjects(row, zones),
    autoscaler: { expanders: ['priority', 'least-waste'] },
    priorities: oldPriorities(row),
  }
  return {
    name,
    startAt: '2026-11-24T08:00:00Z',
    region,
    accountId,
    zones,
    clusters: [cluster],
    outages: [],
    faults: [],
    freeAddresses: {},
  }
}

/** Role of the nodes, old and new: the seed's layout shares it. */
export function nodeRoleOf(clusterName: string): string {
  return `arn:aws:iam::${accountId}:role/${clusterName}-worker-nodes`
}

function worldGroup(clusterName: string, group: ScenarioRow['nodeGroups'][number]): WorldGroup {
  return {
    name: `${clusterName}-${group.name}`,
    zones: [region + group.az],
    instanceTypes: [group.instanceType],
    capacityType: group.capacityType,
    minSize: Math.min(1, group.count),
    maxSize: group.count + 10,
    desiredCapacity: group.count,
    labels: { ...group.labels, ...gpuLabel(group.instanceType) },
    taints: (group.taints ?? []).map(taint),
    amiFamily: 'AmazonLinux2',
    launchKind: 'template',
    tags: clusterTags(clusterName),
    suspendedProcesses: [],
  }
}

/** Workloads of the GPU compositions select their nodes by this label. */
export function gpuLabel(type: string): Readonly<Record<string, string>> {
  return (instanceType(type)?.gpuCount ?? 0) > 0 ? { gpu: 'true' } : {}
}

/** Tags of a self-managed group that the autoscaler manages. */
export function clusterTags(clusterName: string): Readonly<Record<string, string>> {
  return {
    [`kubernetes.io/cluster/${clusterName}`]: 'owned',
    'k8s.io/cluster-autoscaler/enabled': 'true',
    [`k8s.io/cluster-autoscaler/${clusterName}`]: 'owned',
  }
}

function oldPriorities(row: ScenarioRow): string {
  const tiers = new Map<number, string[]>()
  for (const { name, priority } of row.nodeGroups) {
    const tier = priority ?? 20
    tiers.set(tier, [...(tiers.get(tier) ?? []), `  - '${row.name}-${name}'\n`])
  }
  return [...tiers]
    .sort(([a], [b]) => b - a)
    .map(([tier, lines]) => `${tier}:\n${lines.join('')}`)
    .join('')
}

/** Workloads, budgets, volumes and DaemonSets of a composition. */
export function scenarioObjects(row: ScenarioRow, zones: readonly string[]): readonly KubeObject[] {
  const objects: KubeObject[] = row.daemonSets.map((id) => daemonSet(id, row))
  for (const entry of row.workloads) objects.push(...entryObjects(entry, row, zones))
  return objects
}

function entryObjects(
  entry: ScenarioEntry,
  row: ScenarioRow,
  zones: readonly string[],
): readonly KubeObject[] {
  const workload = rows.get(entry.id)
  if (workload === undefined) return []
  const copies = copiesOf(entry, workload, { fill: row.fillRequests, zones })
  const tuned = entry.id.startsWith('cluster-autoscaler/')
    ? copies.map(withAutoscalerImage)
    : copies
  return tuned.flatMap((copy) => objectsOf(copy, row.name))
}

function withAutoscalerImage(copy: WorkloadCopy): WorkloadCopy {
  const { template } = copy
  const image = `registry.k8s.io/autoscaling/cluster-autoscaler:${autoscalerTags.tags['1.32']}`
  const containers = template.spec.containers.map((one) => ({ ...one, image }))
  const tuned: PodTemplate = { ...template, spec: { ...template.spec, containers } }
  return { ...copy, template: tuned }
}

/** GPU plug-ins run on GPU nodes only; everything else on every node. */
function daemonSet(id: string, row: ScenarioRow): KubeObject {
  const workload = rows.get(id)!
  const labels = { app: workload.name }
  const template = templateOf(workload, {}, { fill: row.fillDaemonSetRequests, labels })
  const isGpu = id.startsWith('nvidia')
  const gpuTypes = row.nodeGroups
    .map((one) => one.instanceType)
    .filter((one) => /^[gp]\d/.test(one))
  const rule = {
    key: 'node.kubernetes.io/instance-type',
    operator: 'In' as const,
    values: gpuTypes,
  }
  const { nodeSelector: _, affinity: __, ...spec } = template.spec
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: workload.name.toLowerCase(), namespace: workload.namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        ...template,
        spec: {
          ...spec,
          tolerations: [{ operator: 'Exists' }],
          ...(isGpu
            ? {
                affinity: {
                  nodeAffinity: {
                    requiredDuringSchedulingIgnoredDuringExecution: {
                      nodeSelectorTerms: [{ matchExpressions: [rule] }],
                    },
                  },
                },
              }
            : {}),
        },
      },
    },
  }
}
