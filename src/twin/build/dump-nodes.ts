/** Nodes of a dump find their seats in the groups of a world. Twin layer, pure. */

import { instanceType } from '../../nodes/instance-types.ts'
import type { Node } from '../../world/kube-objects.ts'
import type { WorldGroup, WorldInstance } from './world-spec.ts'

/** Groups with their seats taken, the nodes that sit, and those for which there is no group. */
export interface SeatedNodes {
  readonly groups: readonly WorldGroup[]
  readonly nodes: readonly Node[]
  readonly unseated: readonly Node[]
}

/**
 * By instance id where a group lists it (its `describe` output), else by instance type, zone and labels into
 * groups that have an instance to spare. Nodes keep their names, so pods stay where the dump has them.
 */
export function seatNodes(groups: readonly WorldGroup[], nodes: readonly Node[]): SeatedNodes {
  const seats = groups.map((group) => ({ group, taken: new Map<string, WorldInstance>() }))
  const left: Node[] = []
  for (const node of nodes) {
    const id = instanceIdOf(node)
    const seat = seats.find(({ group }) => group.instances?.some((one) => one.id === id))
    if (seat === undefined) left.push(node)
    else seat.taken.set(id, instanceOf(node))
  }
  const unseated: Node[] = []
  for (const node of left) {
    const [best] = seats
      .filter(({ group, taken }) => freeSeats(group, taken) > 0 && isLike(group, node))
      .sort((a, b) => closeness(b.group, node) - closeness(a.group, node))
    if (best === undefined) unseated.push(node)
    else best.taken.set(instanceIdOf(node), instanceOf(node))
  }
  return {
    groups: seats.map(({ group, taken }) => withSeats(group, taken)),
    nodes: nodes.filter((node) => !unseated.includes(node)),
    unseated,
  }
}

/** `aws:///zone/i-...`; the node's name where there is no provider id, so that it is told apart. */
function instanceIdOf(node: Node): string {
  return node.spec?.providerID?.split('/').at(-1) || node.metadata.name
}

function instanceOf(node: Node): WorldInstance {
  const labels = node.metadata.labels ?? {}
  const zone = labels['topology.kubernetes.io/zone']
  const type = typeOf(node)
  return {
    id: instanceIdOf(node),
    nodeName: node.metadata.name,
    ...(zone === undefined ? {} : { zone }),
    ...(type !== undefined && instanceType(type) !== undefined ? { instanceType: type } : {}),
  }
}

function typeOf(node: Node): string | undefined {
  return node.metadata.labels?.['node.kubernetes.io/instance-type']
}

/** Instances of the group that no node of the dump has named. */
function freeSeats(group: WorldGroup, taken: ReadonlyMap<string, WorldInstance>): number {
  const named = (group.instances ?? []).filter((one) => !taken.has(one.id)).length
  return group.desiredCapacity - taken.size - named
}

function isLike(group: WorldGroup, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  const zone = labels['topology.kubernetes.io/zone']
  const type = typeOf(node)
  if (zone !== undefined && !group.zones.includes(zone)) return false
  if (type !== undefined && !group.instanceTypes.includes(type)) return false
  return Object.entries(group.labels).every(([key, value]) => labels[key] === value)
}

/** Of groups that fit alike: the one that a label names, then the one with more labels. */
function closeness(group: WorldGroup, node: Node): number {
  const values = Object.values(node.metadata.labels ?? {})
  return (values.includes(group.name) ? 1000 : 0) + Object.keys(group.labels).length
}

/** Known instances first: the first `desiredCapacity` of them run. */
function withSeats(group: WorldGroup, taken: ReadonlyMap<string, WorldInstance>): WorldGroup {
  const named = (group.instances ?? []).filter((one) => !taken.has(one.id))
  const instances = [...taken.values(), ...named]
  const desiredCapacity = Math.max(group.desiredCapacity, taken.size)
  return instances.length === 0
    ? group
    : { ...group, instances, desiredCapacity, maxSize: Math.max(group.maxSize, desiredCapacity) }
}
