/** The fleet file that a composition is migrated to. Twin layer, pure: text only. */

import { stringify } from 'yaml'
import { taint } from './pod-template.ts'
import { gpuLabel, nodeRoleOf, scenarioRow } from './scenario.ts'

/** The same groups as AmazonLinux2023 managed node groups on 1.35; undefined for unknown names. */
export function scenarioFleetYaml(name: string): string | undefined {
  const row = scenarioRow(name)
  if (row === undefined) return undefined
  const nodeGroups = row.nodeGroups.map((group) => ({
    name: group.name,
    availabilityZone: `eu-west-1${group.az}`,
    capacityType: group.capacityType,
    arch: group.arch,
    instanceTypes: [group.instanceType],
    minSize: 0,
    maxSize: group.count + 20,
    labels: { ...group.labels, ...gpuLabel(group.instanceType) },
    taints: (group.taints ?? []).map(taint).map(({ effect, key, value }) => ({
      key,
      ...(value === undefined || value === '' ? {} : { value }),
      effect,
    })),
    priority: group.priority ?? 20,
  }))
  return stringify({
    apiVersion: 'regroup.dev/v1alpha1',
    kind: 'Fleet',
    metadata: { name },
    defaults: {
      kubernetesVersion: '1.35',
      region: 'eu-west-1',
      nodeRole: nodeRoleOf(name),
      subnetSelector: { 'kubernetes.io/role/internal-elb': '1' },
    },
    nodeGroups,
    priorityExpander: { enabled: true },
    clusters: [{ names: [name] }],
    migration: { from: [{ autoScalingGroup: '$(cluster)-*' }] },
  })
}
