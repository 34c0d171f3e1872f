/** Rules 10 to 14, 18 to 20 and 26: how we ask. Twin layer. */

import type { Node, Pod } from '../../../world/kube-objects.ts'
import type { AuditRecord } from '../../contracts.ts'
import type { Invariant, JudgeView } from '../invariant.ts'
import { cordonMark, ownPrefix } from '../marks.ts'
import { nameOf, ownerOf } from '../pods.ts'

function isPodEnd(record: AuditRecord): boolean {
  const isEnd = record.verb === 'evict' || record.verb === 'delete'
  return record.kind === 'Pod' && isEnd && record.isDryRun !== true
}

/** Calls `look` for our evictions and deletes of pods, whatever their answer. */
function onOurPodEnds(view: JudgeView, look: (record: AuditRecord, pod: Pod) => void) {
  return {
    onAudit(record: AuditRecord) {
      if (!isPodEnd(record) || !view.isOurs(record.user) || record.before === undefined) return
      look(record, record.before as Pod)
    },
  }
}

/** 10 */
export const ownCordons: Invariant = {
  number: 10,
  name: 'own-cordons',
  text:
    'Every node that we cordon carries our mark and every taint of ours our prefix; what others set on ' +
    'nodes stays.',
  visibility: 'partial',
  limit: 'that an abort takes every mark back is compared by the tests of the way back',
  watch: (view) => ({
    onAudit(record) {
      const isChange = record.verb === 'patch' || record.verb === 'update'
      if (record.kind !== 'Node' || !isChange || !view.isOurs(record.user)) return
      const before = record.before as Node | undefined
      const after = view.cluster.store.get('Node', undefined, record.ref.name)
      compareTaints(view, before, after)
      const was = before?.spec?.unschedulable === true
      const is = after?.spec?.unschedulable === true
      if (!was && is && after?.metadata.annotations?.[cordonMark] === undefined) {
        view.broken(record.ref.name, 'was cordoned without a mark of ownership')
      }
      if (was && !is && before?.metadata.annotations?.[cordonMark] === undefined) {
        view.broken(record.ref.name, 'was cordoned by someone else and uncordoned by us')
      }
    },
  }),
}

function compareTaints(view: JudgeView, before: Node | undefined, after: Node | undefined): void {
  const keysOf = (node: Node | undefined): Set<string> =>
    new Set((node?.spec?.taints ?? []).map((taint) => taint.key))
  const [old, now] = [keysOf(before), keysOf(after)]
  const name = after?.metadata.name ?? ''
  for (const key of now) {
    if (!old.has(key) && !key.startsWith(ownPrefix)) {
      view.broken(name, `was given the taint ${key}, which does not say that it is ours`)
    }
  }
  for (const key of old) {
    if (!now.has(key) && !key.startsWith(ownPrefix)) {
      view.broken(name, `lost the taint ${key}, which is not ours`)
    }
  }
}

/** 11 */
export const daemonsStay: Invariant = {
  number: 11,
  name: 'daemons-stay',
  text: 'DaemonSet and mirror pods are never evicted.',
  visibility: 'full',
  watch: (view) =>
    onOurPodEnds(view, (_, pod) => {
      const isMirror = pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
      if (ownerOf(pod)?.kind === 'DaemonSet' || isMirror) {
        view.broken(nameOf(pod), 'is a daemon or mirror pod')
      }
    }),
}

/** 12 */
export const identityAndGrace: Invariant = {
  number: 12,
  name: 'identity-and-grace',
  text: 'Every eviction, and every delete of a pod or node, names the uid; the grace is never shortened.',
  visibility: 'full',
  watch: (view) => ({
    onAudit(record) {
      if (!view.isOurs(record.user) || record.before === undefined) return
      const isNodeEnd = record.kind === 'Node' && record.verb === 'delete'
      if (!isPodEnd(record) && !isNodeEnd) return
      const { name, namespace } = record.before.metadata
      const object = namespace === undefined ? name : `${namespace}/${name}`
      if (record.uidPrecondition === undefined) view.broken(object, 'was named without its uid')
      if (isNodeEnd) return
      const own = (record.before as Pod).spec.terminationGracePeriodSeconds ?? 30
      if (record.gracePeriodSeconds !== undefined && record.gracePeriodSeconds < own) {
        view.broken(object, `got ${record.gracePeriodSeconds} s instead of its ${own} s`)
      }
    },
  }),
}

/** 13 */
export const oneIdentity: Invariant = {
  number: 13,
  name: 'one-identity',
  text: 'A StatefulSet identity never runs twice.',
  visibility: 'full',
  watch: (view) => ({
    onAudit(record) {
      if (!view.isOurs(record.user) || record.before === undefined || record.code >= 300) return
      if (record.kind === 'Node' && record.verb === 'delete') {
        return lookAtNode(view, record.before as Node)
      }
      const isForced = isPodEnd(record) && record.gracePeriodSeconds === 0
      const pod = record.before as Pod
      if (isForced && pod.status?.phase === 'Running' && ownerOf(pod)?.kind === 'StatefulSet') {
        view.broken(nameOf(pod), 'was removed at once: its successor starts while it still runs')
      }
    },
  }),
}

/** Pods of a Node object that is gone are collected, whether their machine runs or not. */
function lookAtNode(view: JudgeView, node: Node): void {
  const instanceId = node.spec?.providerID?.split('/').at(-1) ?? ''
  if (view.account.instances.get(instanceId)?.state !== 'running') return
  for (const pod of view.cluster.store.podsOnNode(node.metadata.name).values()) {
    if (ownerOf(pod)?.kind !== 'StatefulSet') continue
    view.broken(nameOf(pod), `lost its Node object ${node.metadata.name}, and the machine runs on`)
  }
}

/** 14 */
export const cordonedFirst: Invariant = {
  number: 14,
  name: 'cordoned-first',
  text: 'No eviction on an uncordoned node.',
  visibility: 'full',
  watch: (view) =>
    onOurPodEnds(view, (_, pod) => {
      const node = view.cluster.store.get('Node', undefined, pod.spec.nodeName ?? '')
      if (node !== undefined && node.spec?.unschedulable !== true) {
        view.broken(nameOf(pod), `${node.metadata.name} was not cordoned`)
      }
    }),
}

/** 18 */
export const leaseHeld: Invariant = {
  number: 18,
  name: 'lease-held',
  text: 'We write only while the lease of the cluster is held, and only the process that took it.',
  visibility: 'partial',
  limit: 'cluster identity (ARN and CA) cannot differ within one twin',
  watch: (view) => {
    let takenBy: string | undefined
    const processOf = (user: string): string => view.plan.processes?.get(user) ?? user
    const look = (object: string, name: string): void => {
      const user = processOf(name)
      if (takenBy !== undefined && takenBy !== user) {
        view.broken(object, `was written to by ${user} after ${takenBy} had taken the lease`)
      }
      const lease = view.cluster.store.get('Lease', 'kube-system', 'regroup')?.spec
      const endMs = Date.parse(lease?.renewTime ?? '') + (lease?.leaseDurationSeconds ?? 0) * 1000
      const isHeld = (lease?.holderIdentity ?? '') !== '' && endMs > view.kernel.nowMs()
      if (!isHeld) view.broken(object, 'was written to without the lease')
    }
    // Calls of EKS and EC2 too, whatever they came to: reads are recognised by their name.
    view.kernel.journal.onEntry(({ actor, kind, object, what }) => {
      if (kind !== 'call' || !view.isOurs(actor) || !awsWrite.test(what)) return
      look(`${what} ${object}`, actor)
    })
    return {
      onAudit(record) {
        if (!view.isOurs(record.user) || record.code >= 300) return
        if (record.kind === 'Lease') takenBy = processOf(record.user)
        else look(`${record.kind} ${record.ref.name}`, record.user)
      },
    }
  },
}

const awsWrite = /^(?!kube:)\w+:(?!Describe|List|Get)/

/** 19 */
export const noRepetition: Invariant = {
  number: 19,
  name: 'no-repetition',
  text: 'Starting again causes no extra disruption: no pod is evicted twice.',
  visibility: 'partial',
  limit: 'equal end states are compared by the crash test',
  watch: (view) => {
    const evicted = new Set<string>()
    return onOurPodEnds(view, (record, pod) => {
      if (record.code !== 201) return
      const uid = pod.metadata.uid ?? ''
      if (evicted.has(uid)) view.broken(nameOf(pod), 'was evicted twice')
      evicted.add(uid)
    })
  },
}

/** In-flight requests of a pausing engine may still arrive for so long. */
const pauseTickMs = 2000

/** 20 */
export function pauseHolds(pausedAtMs: () => number | undefined): Invariant {
  return {
    number: 20,
    name: 'pause-holds',
    text: 'A pause stops new evictions within one tick.',
    visibility: 'full',
    watch: (view) =>
      onOurPodEnds(view, (_, pod) => {
        const atMs = pausedAtMs()
        if (atMs === undefined || view.kernel.nowMs() <= atMs + pauseTickMs) return
        view.broken(nameOf(pod), 'was evicted after the pause')
      }),
  }
}

/** Evictions in one second. */
const evictionsPerSecondMax = 100

/** 26 */
export const noRefusals: Invariant = {
  number: 26,
  name: 'no-refusals',
  text: 'No eviction is sent that the budget refuses by its status; the rate stays below the limit.',
  visibility: 'partial',
  limit: 'the rate of other calls is held by the adapters, which the twin does not run',
  watch: (view) => {
    let secondStartMs = 0
    let count = 0
    return onOurPodEnds(view, (record, pod) => {
      if (record.code === 429 && record.budget?.disruptionsAllowed === 0) {
        view.broken(nameOf(pod), `budget ${record.budget.name} allowed none`)
      }
      if (view.kernel.nowMs() - secondStartMs >= 1000) {
        secondStartMs = view.kernel.nowMs()
        count = 0
      }
      count += 1
      if (count === evictionsPerSecondMax + 1) {
        view.broken(nameOf(pod), `more than ${evictionsPerSecondMax} evictions in one second`)
      }
    })
  },
}
