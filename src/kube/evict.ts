/** One eviction request and what its answer says. Kube layer. */

import type { EvictionResult } from '../world/eviction.ts'
import { evictionResultOf } from '../world/eviction-result.ts'
import { isFailure } from '../world/failure.ts'
import type { EvictOptions, ObjectRef } from '../world/kube-api.ts'
import type { CallSubject, KubeAnswer, KubeRequest } from './request.ts'
import { nameOf, objectPath, withQuery } from './resources.ts'
import { failureOf, statusOf } from './status-failure.ts'

/** POST pods/eviction in policy/v1; the caller's uid and resourceVersion are preconditions. */
export function evictionRequest(
  ref: ObjectRef,
  options: EvictOptions,
  fieldManager: string,
): KubeRequest {
  const { dryRun, gracePeriodSeconds, resourceVersion, uid } = options
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
  const deleteOptions = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
  }
  return {
    subject: subjectOf(ref),
    method: 'POST',
    path: withQuery(objectPath('Pod', ref, 'eviction'), {
      fieldManager,
      dryRun: dryRun === true ? 'All' : undefined,
    }),
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: {
        name: ref.name,
        ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      },
      deleteOptions,
    },
  }
}

/** The state the answer tells of. @throws RegroupError when it tells nothing of the pod. */
export function evictionAnswer(
  ref: ObjectRef,
  answer: KubeAnswer,
  cluster: string,
): EvictionResult {
  const status = statusOf(answer)
  const subject = subjectOf(ref)
  try {
    return evictionResultOf(status, nameOf('Pod', ref))
  } catch (error) {
    if (!isFailure(error)) throw error
    const requestId = answer.headers['audit-id'] as string | undefined
    throw failureOf(status, subject, { cluster, requestId })
  }
}

function subjectOf({ name, namespace }: ObjectRef): CallSubject {
  return { verb: 'create', kind: 'Pod', subresource: 'eviction', namespace, name }
}
