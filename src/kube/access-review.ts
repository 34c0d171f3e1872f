/** Asking an API server what its caller may do, before it is tried. Kube layer. */

import { isFailure } from '../world/failure.ts'
import type { Caller } from './caller.ts'
import type { Right } from './migration-rights.ts'
import type { KubeRequest } from './request.ts'
import { resourceOf } from './resources.ts'

/** Every authenticated user may ask (ClusterRole system:basic-user). */
const rightsPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
/** From Kubernetes 1.28 on. */
const userPath = '/apis/authentication.k8s.io/v1/selfsubjectreviews'

/** What a client can ask about itself. */
export interface SelfReview {
  /**
   * The rights that the API server says the caller does not have, whoever decides: RBAC, EKS access policies or
   * a webhook. What it gives no answer about is left out: the call itself will tell.
   */
  lackingOf(rights: readonly Right[]): Promise<readonly Right[]>
  /** The caller's name to the API server; undefined when it does not say. */
  userName(): Promise<string | undefined>
}

/** Asks with single calls, side by side. */
export function selfReviewOf(caller: Caller): SelfReview {
  return {
    lackingOf: async (rights) => {
      const answers = await Promise.all(rights.map((right) => isAllowed(caller, right)))
      return rights.filter((_, index) => answers[index] === false)
    },
    userName: async () => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
      const answer = await answerOf<{
        readonly status?: { readonly userInfo?: { readonly username?: string } }
      }>(caller, userPath, body)
      return answer?.status?.userInfo?.username
    },
  }
}

async function isAllowed(caller: Caller, right: Right): Promise<boolean | undefined> {
  const { kind, namespace, subresource, verb } = right
  const { group, plural } = resourceOf(kind)
  const resourceAttributes = {
    ...{ verb, group, resource: plural },
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
  }
  const answer = await answerOf<{ readonly status?: { readonly allowed?: boolean } }>(
    caller,
    rightsPath,
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    },
  )
  return answer?.status?.allowed
}

/** Undefined when the server does not answer: asking is a courtesy, never a reason to end. */
async function answerOf<T>(caller: Caller, path: string, body: unknown): Promise<T | undefined> {
  const request: KubeRequest = { subject: { verb: 'create' }, method: 'POST', path, body }
  try {
    return await caller.object<T>(request)
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}
