/** Reads and writes of single objects. Kube layer. */

import type { DeleteOptions, KubeApi, ObjectRef, PatchType } from '../world/kube-api.ts'
import type { KubeKind, KubeObjectOf } from '../world/kube-objects.ts'
import type { Caller } from './caller.ts'
import { withoutManagedFields } from './list.ts'
import type { KubeRequest, KubeVerb } from './request.ts'
import { apiVersionOf, collectionPath, objectPath, resourceOf, withQuery } from './resources.ts'

/** Owner of the fields we write, in managedFields and audit logs. */
export const fieldManager = 'regroup'

/** Query of every write that has a body of the kind: unknown members are refused, not dropped. */
const writeQuery = { fieldManager, fieldValidation: 'Strict' }

const patchTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

/** The verbs on one object. */
export function verbsOf(
  caller: Caller,
): Pick<KubeApi, 'serverVersion' | 'get' | 'create' | 'update' | 'patch' | 'delete'> {
  return {
    serverVersion: async () => {
      const request: KubeRequest = { subject: { verb: 'get' }, method: 'GET', path: '/version' }
      const { gitVersion } = await caller.object<{ gitVersion?: string }>(request)
      return gitVersion ?? 'unknown'
    },
    get: (kind, ref) => get(caller, kind, ref),
    create: async (kind, object) => {
      const { namespace } = object.metadata
      const path = withQuery(collectionPath(kind, namespace), writeQuery)
      const subject = { verb: 'create', kind, ...refOf(object.metadata) } as const
      return trimmed(
        await caller.object({ subject, method: 'POST', path, body: typed(kind, object) }),
      )
    },
    update: async (kind, object) => {
      const ref = refOf(object.metadata)
      const request = writeOf('update', kind, ref)
      return trimmed(await caller.object({ ...request, method: 'PUT', body: typed(kind, object) }))
    },
    patch: async (kind, ref, { body, type }) => {
      const request = writeOf('patch', kind, ref)
      const contentType = patchTypes[type]
      return trimmed(await caller.object({ ...request, method: 'PATCH', body, contentType }))
    },
    delete: (kind, ref, options) => remove(caller, kind, ref, options ?? {}),
  }
}

async function get<K extends KubeKind>(
  caller: Caller,
  kind: K,
  ref: ObjectRef,
): Promise<KubeObjectOf<K> | undefined> {
  const path = objectPath(kind, ref)
  const request: KubeRequest = { subject: { verb: 'get', kind, ...ref }, method: 'GET', path }
  const answer = await caller.send(request)
  return answer.status === 404 ? undefined : trimmed(caller.objectOf(request, answer))
}

/** No fieldManager: a delete owns no fields. Preconditions go in the body. */
async function remove(
  caller: Caller,
  kind: KubeKind,
  ref: ObjectRef,
  options: DeleteOptions,
): Promise<'deleted' | 'gone'> {
  const request: KubeRequest = {
    subject: { verb: 'delete', kind, ...ref },
    method: 'DELETE',
    path: objectPath(kind, ref),
    body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options },
  }
  const answer = await caller.send(request)
  if (answer.status === 404) return 'gone'
  caller.objectOf(request, answer)
  return 'deleted'
}

function writeOf(
  verb: KubeVerb,
  kind: KubeKind,
  ref: ObjectRef,
): Pick<KubeRequest, 'subject' | 'path'> {
  return { subject: { verb, kind, ...ref }, path: withQuery(objectPath(kind, ref), writeQuery) }
}

function refOf({ name, namespace }: ObjectRef): ObjectRef {
  return namespace === undefined ? { name } : { name, namespace }
}

/** Objects that came out of a list have no kind of their own on the wire. */
function typed<K extends KubeKind>(kind: K, object: KubeObjectOf<K>): KubeObjectOf<K> {
  return { ...object, apiVersion: apiVersionOf(resourceOf(kind)), kind }
}

function trimmed<T>(object: T): T {
  return withoutManagedFields(object as Record<string, unknown>) as T
}
