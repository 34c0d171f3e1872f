/** Rules 5 to 9, 15 and 16: instances, zones, room, volumes. Twin layer. */

import { parseBytes, parseCpuMilli } from '../../../nodes/quantity.ts'
import type { Node, PersistentVolume } from '../../../world/kube-objects.ts'
import type { InstanceState } from '../../aws/state.ts'
import type { Invariant, JudgeView } from '../invariant.ts'
import { isMovable, nameOf } from '../pods.ts'
import { RoomSums } from '../room-sums.ts'

function nodeNameOf(view: JudgeView, instance: InstanceState): string | undefined {
  return view.cluster.machines.nodeOf(instance.id)?.metadata.name
}

function isReady(node: Node | undefined): boolean {
  return (
    node?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false
  )
}

/** A look at the pods of a node is fresh for so long. */
const freshLookMs = 5000

/** 5 */
export const emptyBeforeEnd: Invariant = {
  number: 5,
  name: 'empty-before-end',
  text: 'No instance is ended while a movable pod is on its node, nor without a look at it right before.',
  visibility: 'full',
  watch: (view) => {
    const lookedAtMs = new Map<string, number>()
    view.kernel.journal.onEntry(({ actor, atMs, object, what }) => {
      if (what !== 'kube:list' || !object.startsWith('Pod ') || !view.isOurs(actor)) return
      const name = /spec\.nodeName=([^",]+)/.exec(object)?.[1]
      if (name !== undefined) lookedAtMs.set(name, atMs)
    })
    return {
      onInstanceEnd(instance) {
        const name = nodeNameOf(view, instance)
        if (name === undefined) return
        const left = [...view.cluster.store.podsOnNode(name).values()].filter(isMovable)
        if (left.length > 0) {
          const text = `was ended with ${left.length} pods on ${name}, e.g. ${nameOf(left[0]!)}`
          view.broken(instance.id, text)
        } else if (view.kernel.nowMs() - (lookedAtMs.get(name) ?? 0) > freshLookMs) {
          view.broken(instance.id, `was ended without a look at the pods of ${name} right before`)
        }
      },
    }
  },
}

/** 6 */
export const membership: Invariant = {
  number: 6,
  name: 'ended-by-id',
  text: 'Every ended instance is a member of a group named in the plan, ended by its id.',
  visibility: 'full',
  watch: (view) => ({
    onInstanceEnd(instance, group, operation) {
      if (group === undefined || !view.plan.oldGroups.has(group.name)) {
        view.broken(instance.id, `belongs to ${instance.groupName}, which is not in the plan`)
      } else if (operation !== 'TerminateInstanceInAutoScalingGroup') {
        view.broken(instance.id, `was ended by ${operation}, not by its id`)
      }
    },
  }),
}

/** 7 */
export const zoneCovered: Invariant = {
  number: 7,
  name: 'zone-covered',
  text: 'The last Ready old node of a zone with volumes stays until the zone has a Ready new node.',
  visibility: 'full',
  watch: (view) => ({
    onInstanceEnd(instance) {
      const { cluster, plan } = view
      for (const other of view.account.instances.values()) {
        if (
          other.id === instance.id ||
          other.zone !== instance.zone ||
          other.state === 'terminated'
        )
          continue
        const isLeaving =
          plan.oldGroups.has(other.groupName) && other.lifecycleState.startsWith('Term')
        if (!isLeaving && isReady(cluster.machines.nodeOf(other.id))) return
      }
      for (const volume of cluster.store.values('PersistentVolume')) {
        if (!placesOf(volume).includes(instance.zone)) continue
        view.broken(
          instance.id,
          `was the last node of ${instance.zone}, where ${volume.metadata.name} lies`,
        )
        return
      }
    },
  }),
}

/** Zones or hosts that a volume is bound to. */
function placesOf(volume: PersistentVolume): readonly string[] {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  return terms.flatMap((term) => (term.matchExpressions ?? []).flatMap((rule) => rule.values ?? []))
}

/** 8 */
export const roomForAll: Invariant = {
  number: 8,
  name: 'room-for-all',
  text: 'Schedulable Ready nodes have room for every pod on nodes that we cordon or end.',
  visibility: 'partial',
  limit: 'looked at when we take room away; no reserve is demanded on top',
  watch: (view) => {
    const sums = new RoomSums(view.cluster.store)
    return {
      onStore: (event) => sums.take(event),
      onAudit(record) {
        if (record.kind !== 'Node' || record.verb !== 'patch' || !view.isOurs(record.user)) return
        const before = record.before as Node | undefined
        const after = view.cluster.store.get('Node', undefined, record.ref.name)
        const isCordon = before?.spec?.unschedulable !== true && after?.spec?.unschedulable === true
        if (isCordon) checkRoom(view, { nodeName: record.ref.name, deed: 'cordoned' }, sums)
      },
      onInstanceEnd(instance) {
        const nodeName = nodeNameOf(view, instance)
        const node = view.cluster.store.get('Node', undefined, nodeName ?? '')
        if (node === undefined || node.spec?.unschedulable === true) return
        checkRoom(view, { nodeName: node.metadata.name, deed: 'ended' }, sums)
      },
    }
  },
}

interface OpenRoom {
  readonly cpuMilli: number
  readonly bytes: number
}

/** Objects do not change, and most nodes stay as they are from one look to the next. */
const openRooms = new WeakMap<Node, OpenRoom | 'none'>()

/** What a schedulable Ready node has to give, undefined for others. */
function openRoomOf(node: Node): OpenRoom | undefined {
  const known = openRooms.get(node)
  if (known !== undefined) return known === 'none' ? undefined : known
  const { cpu = '0', memory = '0' } = node.status?.allocatable ?? {}
  const isOpen = node.spec?.unschedulable !== true && isReady(node)
  const room = isOpen ? { cpuMilli: parseCpuMilli(cpu), bytes: parseBytes(memory) } : undefined
  openRooms.set(node, room ?? 'none')
  return room
}

function checkRoom(
  view: JudgeView,
  { deed, nodeName }: { readonly nodeName: string; readonly deed: string },
  sums: RoomSums,
): void {
  let freeCpuMilli = 0
  let freeBytes = 0
  let owedCpuMilli = 0
  let owedBytes = 0
  for (const node of view.cluster.store.values('Node')) {
    const sum = sums.of(node.metadata.name)
    const room = openRoomOf(node)
    if (room !== undefined && node.metadata.name !== nodeName) {
      freeCpuMilli += room.cpuMilli - sum.usedCpuMilli
      freeBytes += room.bytes - sum.usedBytes
    } else {
      owedCpuMilli += sum.owedCpuMilli
      owedBytes += sum.owedBytes
    }
  }
  if (owedCpuMilli <= freeCpuMilli && owedBytes <= freeBytes) return
  view.broken(
    nodeName,
    `was ${deed} with room for ${freeCpuMilli}m CPU on other nodes, ${owedCpuMilli}m needed`,
  )
}

/** 9 */
export const surge: Invariant = {
  number: 9,
  name: 'surge',
  text: 'Nodes above the start, without those of other actors, stay within the limit.',
  visibility: 'partial',
  limit: 'of the cluster as a whole: limits per group and account quotas are not judged',
  watch: (view) => {
    const startCount = countAlive(view)
    let othersCount = 0
    return {
      onChange(change) {
        if (change.kind === 'group-changed' && !view.isOurs(change.cause.user)) {
          const isAutoscaler = change.cause.user.includes('cluster-autoscaler')
          const added = change.group.desiredCapacity - change.group.instanceIds.size
          if (isAutoscaler && added > 0) othersCount += added
        }
        if (change.kind !== 'instance-launched') return
        const count = countAlive(view) - startCount - othersCount
        if (count <= view.plan.surgeMax) return
        view.broken(
          change.instance.groupName,
          `${count} nodes above the start, ${view.plan.surgeMax} allowed`,
        )
      },
    }
  },
}

function countAlive(view: JudgeView): number {
  let count = 0
  for (const instance of view.account.instances.values()) {
    if (instance.clusterName === view.plan.clusterName && instance.state !== 'terminated')
      count += 1
  }
  return count
}

/** 15 */
export const localData: Invariant = {
  number: 15,
  name: 'local-data',
  text: 'No node with a local volume in use is ended without an override.',
  visibility: 'full',
  watch: (view) => ({
    onInstanceEnd(instance) {
      const name = nodeNameOf(view, instance)
      for (const volume of view.cluster.store.values('PersistentVolume')) {
        if (volume.spec?.local === undefined || volume.spec.claimRef === undefined) continue
        if (name === undefined || !placesOf(volume).includes(name)) continue
        view.broken(instance.id, `held local volume ${volume.metadata.name}`)
      }
    },
  }),
}

/** 16 */
export const volumesDetached: Invariant = {
  number: 16,
  name: 'volumes-detached',
  text: 'Instances are ended only after their volumes are detached.',
  visibility: 'full',
  watch: (view) => ({
    onInstanceEnd(instance) {
      const name = nodeNameOf(view, instance)
      for (const one of view.cluster.store.values('VolumeAttachment')) {
        if (one.spec.nodeName !== name) continue
        view.broken(
          instance.id,
          `volume ${one.spec.source.persistentVolumeName} was still attached`,
        )
        return
      }
    },
  }),
}
