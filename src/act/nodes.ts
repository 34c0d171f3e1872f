/** Writes on nodes and pods: every mark carries its owner, every eviction its uid. Act layer. */

import {
  cordonedAtAnnotation,
  protectedAnnotation,
  retiringTaintKey,
  scaleDownDisabledAnnotation,
  wasCordonedAnnotation,
} from '../decide/names.ts'
import { isFailure } from '../world/failure.ts'
import type { KubeApi } from '../world/kube-api.ts'
import { type ActContext, type ActionOf, type ActionResult, done, skipped } from './context.ts'

/** Cordon and ownership in one write: a node is never cordoned without our mark. */
export async function cordon(
  action: ActionOf<'cordon'>,
  { assertLeaseHeld, clock, kube }: ActContext,
): Promise<ActionResult> {
  const annotations = {
    [cordonedAtAnnotation]: new Date(clock.nowMs()).toISOString(),
    ...(action.wasCordoned === true ? { [wasCordonedAnnotation]: 'true' } : {}),
  }
  assertLeaseHeld()
  return orGone(
    kube.patch(
      'Node',
      { name: action.nodeName },
      {
        type: 'strategic',
        body: { metadata: { uid: action.uid, annotations }, spec: { unschedulable: true } },
      },
    ),
  )
}

/**
 * A soft taint; the taints that are there stay. The API server has no merge key for taints: every patch, a
 * strategic one too, replaces the whole list (measured on 1.35), so the list is read first and guarded.
 */
export async function preferNoSchedule(
  action: ActionOf<'prefer-no-schedule'>,
  { assertLeaseHeld, kube }: ActContext,
): Promise<ActionResult> {
  const ref = { name: action.nodeName }
  const node = await kube.get('Node', ref)
  if (node === undefined) return skipped('the node is gone')
  const { resourceVersion, uid } = node.metadata
  const present = node.spec?.taints ?? []
  if (present.some((taint) => taint.key === retiringTaintKey))
    return skipped('it is marked already')
  const taint = { key: retiringTaintKey, value: 'true', effect: 'PreferNoSchedule' }
  const body = { metadata: { resourceVersion, uid }, spec: { taints: [...present, taint] } }
  assertLeaseHeld()
  return patchAsRead(kube, action.nodeName, body)
}

/** A merge patch whose body carries the resourceVersion that was read: a node that changed since is skipped. */
export async function patchAsRead(
  kube: KubeApi,
  name: string,
  body: unknown,
): Promise<ActionResult> {
  try {
    await kube.patch('Node', { name }, { type: 'merge', body })
    return done
  } catch (error) {
    if (isFailure(error, 'not-found')) return skipped('the node is gone')
    if (isFailure(error, 'conflict')) return skipped('the node changed meanwhile')
    throw error
  }
}

/** The autoscaler leaves the node alone; our own annotation says that it was us. */
export async function protectNode(
  action: ActionOf<'protect-node'>,
  context: ActContext,
): Promise<ActionResult> {
  return annotate(action.nodeName, context, {
    [scaleDownDisabledAnnotation]: 'true',
    [protectedAnnotation]: 'true',
  })
}

/** Takes both annotations back. */
export async function unprotectNode(
  action: ActionOf<'unprotect-node'>,
  context: ActContext,
): Promise<ActionResult> {
  return annotate(action.nodeName, context, {
    [scaleDownDisabledAnnotation]: null,
    [protectedAnnotation]: null,
  })
}

async function annotate(
  name: string,
  { assertLeaseHeld, kube }: ActContext,
  annotations: Readonly<Record<string, string | null>>,
): Promise<ActionResult> {
  assertLeaseHeld()
  return orGone(
    kube.patch('Node', { name }, { type: 'merge', body: { metadata: { annotations } } }),
  )
}

/** Through the eviction API only, with the uid, with the pod's own grace period. */
export async function evict(
  action: ActionOf<'evict'>,
  { assertLeaseHeld, kube }: ActContext,
): Promise<ActionResult> {
  assertLeaseHeld()
  const ref = { namespace: action.namespace, name: action.pod }
  return { kind: 'eviction', result: await kube.evict(ref, { uid: action.uid }) }
}

async function orGone(write: Promise<unknown>): Promise<ActionResult> {
  try {
    await write
    return done
  } catch (error) {
    if (isFailure(error, 'not-found')) return skipped('the node is gone')
    if (isFailure(error, 'conflict')) return skipped('another node has the name now')
    throw error
  }
}
