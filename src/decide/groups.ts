/** Which groups, instances and nodes are old, new, or none of our business. Decide layer, pure. */

import type { DrainNode } from '../drain/view.ts'
import { emptySinceTagKey } from './names.ts'
import type { Observed, ObservedGroup, ObservedInstance, ObservedNodeGroup } from './observed.ts'
import type { MigrationTarget, OldGroupRule, TargetNodeGroup } from './target.ts'

/** The groups of the last decision: every stage asks for them, and they are read anew rarely. */
const oldGroupsByObservation = new WeakMap<
  readonly ObservedGroup[],
  {
    readonly target: MigrationTarget
    readonly nodeGroups: Observed['nodeGroups']
    readonly oldGroups: readonly ObservedGroup[]
  }
>()

/** The old Auto Scaling groups that still exist, by name. A group of a managed node group is never old. */
export function oldGroupsOf(
  target: MigrationTarget,
  observed: Pick<Observed, 'groups' | 'nodeGroups'>,
): readonly ObservedGroup[] {
  const { groups, nodeGroups } = observed
  const known = oldGroupsByObservation.get(groups)
  if (known?.target === target && known.nodeGroups === nodeGroups) return known.oldGroups
  const oldGroups = findOldGroups(target, observed)
  oldGroupsByObservation.set(groups, { target, nodeGroups, oldGroups })
  return oldGroups
}

function findOldGroups(
  target: MigrationTarget,
  observed: Pick<Observed, 'groups' | 'nodeGroups'>,
): readonly ObservedGroup[] {
  const managed = new Set(observed.nodeGroups.flatMap((group) => group.groupNames))
  return observed.groups.filter(
    (group) =>
      !managed.has(group.name) &&
      group.tags['eks:nodegroup-name'] === undefined &&
      target.oldGroups.some((rule) => matches(rule, group)),
  )
}

/** A new node group with its Auto Scaling group, once EKS has made it. */
export interface NewGroup {
  readonly target: TargetNodeGroup
  readonly group: ObservedGroup
}

/** The managed node groups of the target that have an Auto Scaling group already. */
export function newGroupsOf(target: MigrationTarget, observed: Observed): readonly NewGroup[] {
  const byName = new Map(observed.groups.map((group) => [group.name, group]))
  const found: NewGroup[] = []
  for (const one of target.nodeGroups) {
    const nodeGroup = observed.nodeGroups.find((group) => group.name === one.name)
    const group = byName.get(nodeGroup?.groupNames[0] ?? '')
    if (group !== undefined) found.push({ target: one, group })
  }
  return found
}

/** An instance of an old group with its node; the node is missing before it joins and after it left. */
export interface OldInstance {
  readonly group: ObservedGroup
  readonly instance: ObservedInstance
  readonly node: DrainNode | undefined
}

/** Of one observation: every stage asks for them. */
const oldInstancesByObservation = new WeakMap<
  Observed,
  { readonly groups: readonly ObservedGroup[]; readonly instances: readonly OldInstance[] }
>()

/** Every instance of the old groups that is not on its way out. */
export function oldInstancesOf(
  groups: readonly ObservedGroup[],
  observed: Observed,
): readonly OldInstance[] {
  const known = oldInstancesByObservation.get(observed)
  if (known?.groups === groups) return known.instances
  const instances = findOldInstances(groups, observed)
  oldInstancesByObservation.set(observed, { groups, instances })
  return instances
}

function findOldInstances(
  groups: readonly ObservedGroup[],
  observed: Observed,
): readonly OldInstance[] {
  return groups.flatMap((group) =>
    group.instances
      .filter((instance) => !isLeaving(instance))
      .map((instance) => ({
        group,
        instance,
        node: observed.drain.nodeByInstance.get(instance.instanceId),
      })),
  )
}

/** True for instances that are terminating or gone. */
export function isLeaving(instance: ObservedInstance): boolean {
  return instance.lifecycleState.startsWith('Terminat')
}

/**
 * What to mind when a node group is deleted by hand: EKS takes the mapping of its role away with the last group
 * that has it, also from self-managed nodes of that role (managed-node-groups 7, IAM-4). Empty while another
 * group keeps it; starts with a space otherwise.
 */
export function deletionCaution(nodeGroup: ObservedNodeGroup, { nodeGroups }: Observed): string {
  const { name, nodeRole } = nodeGroup
  const isKept = nodeGroups.some(
    (one) => one.name !== name && one.nodeRole === nodeRole && one.status !== 'DELETING',
  )
  if (isKept) return ''
  return (
    ` It is the last one with the role ${nodeRole}: its deletion unmaps the role, and self-managed nodes that use ` +
    'it go NotReady; map it again at once (aws eks create-access-entry --type EC2_LINUX, or aws-auth).'
  )
}

/** Since when the group is known to be empty; undefined when it was never marked. */
export function emptySinceMsOf(group: ObservedGroup): number | undefined {
  const text = group.tags[emptySinceTagKey]
  const atMs = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(atMs) ? undefined : atMs
}

function matches(rule: OldGroupRule, group: ObservedGroup): boolean {
  if (rule.nameGlob !== undefined && !globMatches(rule.nameGlob, group.name)) return false
  return Object.entries(rule.tags ?? {}).every(([key, value]) => group.tags[key] === value)
}

/** Globs stand in fleet files: there are few of them. */
const patterns = new Map<string, RegExp>()

/** `*` any text, `?` one character, anything else literally; the whole name must match. */
export function globMatches(glob: string, name: string): boolean {
  let pattern = patterns.get(glob)
  if (pattern === undefined) {
    pattern = patternOf(glob)
    patterns.set(glob, pattern)
  }
  return pattern.test(name)
}

function patternOf(glob: string): RegExp {
  const pattern = glob
    .split('')
    .map((char) =>
      char === '*' ? '.*' : char === '?' ? '.' : char.replace(/[\\^$+.()|[\]{}]/, '\\$&'),
    )
    .join('')
  return new RegExp(`^${pattern}$`, 's')
}
