/** Facts of a Terraform plan: managed node groups, their templates and clusters. Check layer, pure. */

import type { AmiFamily } from '../../nodes/ami-parameters.ts'
import { isRecord } from '../../nodes/field-schema.ts'
import type { PositionedYaml } from '../../world/documents/yaml-reader.ts'
import type { ClusterFacts, InputFacts } from '../facts.ts'
import { listOf } from '../template-reading.ts'
import {
  type PlanDocument,
  type PlannedResource,
  planDocument,
  referencesOf,
  withoutIndices,
} from './plan-document.ts'
import { planGroup } from './plan-group.ts'

/** Clusters that the plan has, and those that its groups name. */
export function planFacts(yaml: PositionedYaml, amiFamily: AmiFamily | undefined): InputFacts {
  const document = planDocument(yaml)
  const groups = document.resources.filter(({ type }) => type === 'aws_eks_node_group')
  const clusters = document.resources.filter(({ type }) => type === 'aws_eks_cluster')
  const owners = new Map<string, { cluster?: PlannedResource; groups: PlannedResource[] }>()
  for (const cluster of clusters) owners.set(keyOf(cluster), { cluster, groups: [] })
  for (const group of groups) {
    const owner = clusterOf(group, clusters)
    const key = owner === undefined ? `name ${String(group.after.cluster_name)}` : keyOf(owner)
    const known = owners.get(key) ?? { groups: [] }
    known.groups.push(group)
    owners.set(key, known)
  }
  const at = (member: string) => yaml.locate(sourcePath(document, member))
  return {
    kind: 'terraform-plan',
    clusters: [...owners.values()].map(({ cluster, groups: own }) =>
      clusterFacts(document, cluster, own, amiFamily),
    ),
    archivedSources: document.dataSources.filter((one) =>
      /(?:^|\.)data\.template_(?:file|cloudinit_config|dir)\./.test(one),
    ),
    at,
  }
}

function keyOf({ address }: PlannedResource): string {
  return `address ${address}`
}

/** The configuration stands at the end of a plan; the first resource change is where people look. */
function sourcePath({ resources }: PlanDocument, member: string): readonly (string | number)[] {
  const [first] = resources
  return member === '' && first !== undefined ? ['resource_changes', first.at] : ['configuration']
}

/** By name, by reference, or because there is one only. */
function clusterOf(
  group: PlannedResource,
  clusters: readonly PlannedResource[],
): PlannedResource | undefined {
  const name = group.after.cluster_name
  if (typeof name === 'string') return clusters.find(({ after }) => after.name === name)
  const wanted = referencesOf(group, ['cluster_name'])
  const referred = clusters.filter(({ address }) => wanted.includes(withoutIndices(address)))
  if (referred.length === 1) return referred[0]
  return clusters.length === 1 ? clusters[0] : undefined
}

function clusterFacts(
  document: PlanDocument,
  cluster: PlannedResource | undefined,
  groups: readonly PlannedResource[],
  amiFamily: AmiFamily | undefined,
): ClusterFacts {
  const { yaml } = document
  const name = cluster?.after.name ?? groups[0]?.after.cluster_name
  const [network] = listOf(cluster?.after.vpc_config)
  const own = isRecord(network) ? network.cluster_security_group_id : undefined
  const place = cluster ?? groups[0]
  const version = cluster?.after.version
  const versionBefore = cluster?.action === 'update' ? cluster.before.version : undefined
  return {
    name: typeof name === 'string' ? name : undefined,
    isComplete: cluster !== undefined,
    groups: groups.map((group) => planGroup(group, document, amiFamily)),
    at: (member) => {
      const path = ['resource_changes', place?.at ?? 0, 'change', 'after']
      return yaml.locate(member === 'version' && cluster !== undefined ? [...path, member] : path)
    },
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof versionBefore === 'string' ? { versionBefore } : {}),
    ...(typeof own === 'string' && own !== '' ? { securityGroupId: own } : {}),
  }
}
