/** The priority map and the migration's record. Act layer. */

import { prioritiesName, recordName, systemNamespace } from '../decide/names.ts'
import { isFailure } from '../world/failure.ts'
import type { ConfigMap } from '../world/kube-objects.ts'
import { type ActContext, type ActionOf, type ActionResult, done, skipped } from './context.ts'

/** One writer, guarded by resourceVersion: whoever changed the map meanwhile is not overwritten. */
export async function publishPriorities(
  action: ActionOf<'publish-priorities'>,
  { assertLeaseHeld, kube }: ActContext,
): Promise<ActionResult> {
  const { annotations, resourceVersion, text } = action
  assertLeaseHeld()
  try {
    if (resourceVersion === undefined) {
      await kube.create('ConfigMap', configMap(prioritiesName, { priorities: text }, annotations))
    } else {
      const ref = { namespace: systemNamespace, name: prioritiesName }
      const body = { metadata: { resourceVersion, annotations }, data: { priorities: text } }
      await kube.patch('ConfigMap', ref, { type: 'merge', body })
    }
    return done
  } catch (error) {
    const isRace = isFailure(error, 'conflict') || isFailure(error, 'already-exists')
    if (isRace || isFailure(error, 'not-found')) return skipped('someone else changed the map')
    throw error
  }
}

/** Creates or replaces the record; absent members are left out. */
export async function writeRecord(
  action: ActionOf<'write-record'>,
  { assertLeaseHeld, kube }: ActContext,
): Promise<ActionResult> {
  const data: Record<string, string> = {}
  for (const [key, value] of Object.entries(action.record)) {
    if (value !== undefined) data[key] = String(Math.round(Number(value)))
  }
  assertLeaseHeld()
  try {
    await kube.create('ConfigMap', configMap(recordName, data, {}))
  } catch (error) {
    if (!isFailure(error, 'already-exists')) throw error
    const ref = { namespace: systemNamespace, name: recordName }
    assertLeaseHeld()
    await kube.patch('ConfigMap', ref, { type: 'merge', body: { data } })
  }
  return done
}

/** Removes the record; a missing one is no error. */
export async function deleteRecord({ assertLeaseHeld, kube }: ActContext): Promise<ActionResult> {
  assertLeaseHeld()
  await kube.delete('ConfigMap', { namespace: systemNamespace, name: recordName })
  return done
}

function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: systemNamespace, annotations },
    data,
  }
}
