/** What can be done to a pod besides writing it: eviction, binding, and streams. Twin layer. */

import type { Pod } from '../../../../world/kube-objects.ts'
import { withCondition } from '../../../kube/conditions.ts'
import { statusAnswer, textAnswer } from '../answer/answer.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { conflict, notFound } from '../http/refusals.ts'
import { badRequest, failure, StatusError, success } from '../http/status.ts'
import { storedObject } from '../read/get.ts'
import { at, listAt, textAt } from '../schema/own.ts'
import { readBody } from './body.ts'
import { orStatus } from './failure.ts'

/** POST pods/eviction: the twin's own rules decide. @throws StatusError for bodies that are none. */
export function evictPodObject(context: WireContext, call: ResourceCall): Outcome {
  const { form, path, query, request, user } = call
  const kind = { group: 'policy', version: 'v1', kind: 'Eviction', struct: 'policy.v1.Eviction' }
  const { object } = readBody(request, kind)
  const name = textAt(object, 'metadata', 'name')
  const options = at(object, 'deleteOptions')
  const grace = at(options, 'gracePeriodSeconds')
  const uid = textAt(options, 'preconditions', 'uid')
  const resourceVersion = textAt(options, 'preconditions', 'resourceVersion')
  const answer = context.server.evict(
    { namespace: path.namespace, name: path.name },
    {
      ...(name === '' ? {} : { bodyName: name }),
      queryDryRun: query.getAll('dryRun').filter(Boolean),
      deleteOptions: {
        ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
        preconditions: {
          ...(uid === '' ? {} : { uid }),
          ...(resourceVersion === '' ? {} : { resourceVersion }),
        },
        dryRun: listAt(options, 'dryRun').map(String),
      },
    },
    user.name,
  )
  const { code, details, message, processingMs = 0, reason, status } = answer
  const isPlain = code === 429 && reason === undefined
  const parts = {
    code,
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
  }
  const body = status === 'Success' ? success(201) : failure(parts)
  const written = isPlain
    ? { ...textAnswer(429, message ?? ''), headers: plainRetry }
    : statusAnswer(body, code, form.encoding)
  return processingMs > 0 ? { afterMs: processingMs, answer: written } : written
}

const plainRetry = { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' }

/** POST pods/binding and bindings. @throws StatusError. */
export function bindPod(context: WireContext, call: ResourceCall): Outcome {
  const kind = { group: '', version: 'v1', kind: 'Binding', struct: 'core.v1.Binding' }
  const { object } = readBody(call.request, kind)
  const name = call.path.name || textAt(object, 'metadata', 'name')
  const { namespace } = call.path
  const target = textAt(object, 'target', 'name')
  if (target === '') throw new StatusError({ code: 500, message: 'target.name: Required value' })
  const pod = context.store.get('Pod', namespace, name)
  if (pod === undefined) throw notFound({ group: '', resource: 'pods', name })
  const why = bindingFault(pod)
  if (why !== undefined) throw conflict({ group: '', resource: 'pods/binding', name }, why)
  const now = context.kernel.nowText()
  const edit = {
    kind: 'Pod' as const,
    ref: { namespace, name },
    verb: 'update' as const,
    user: call.user.name,
  }
  orStatus({ group: '', resource: 'pods', name }, namespace, () =>
    context.server.edit(edit, (before) => {
      const scheduled = { type: 'PodScheduled', status: 'True' }
      const conditions = withCondition(before.status?.conditions, scheduled, now)
      const spec = { ...before.spec, nodeName: target }
      return { ...before, spec, status: { ...before.status, conditions } }
    }),
  )
  return statusAnswer(success(201), 201, call.form.encoding)
}

function bindingFault(pod: Pod): string | undefined {
  const { name } = pod.metadata
  if (pod.metadata.deletionTimestamp !== undefined) {
    return `pod ${name} is being deleted, cannot be assigned to a host`
  }
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') {
    return `pod ${name} is already assigned to node "${pod.spec.nodeName}"`
  }
  const gates = pod.spec.schedulingGates ?? []
  return gates.length > 0 ? `pod ${name} has non-empty .spec.schedulingGates` : undefined
}

/** GET pods/log: a twin's containers say nothing, and their nodes cannot be reached. @throws StatusError. */
export function podLog(context: WireContext, call: ResourceCall): Outcome {
  const pod = storedObject(context, call) as Pod
  const names = pod.spec.containers.map(({ name }) => name)
  const asked = call.query.get('container') ?? ''
  if (asked === '' && names.length > 1) {
    const list = `[${names.join(' ')}]`
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: ${list}`,
    )
  }
  if (asked !== '' && !names.includes(asked)) {
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`)
  }
  if (pod.spec.nodeName === undefined) return { code: 204, headers: {}, body: '' }
  throw unreachable()
}

/** exec, attach, port-forward, proxy; also the proxy of nodes and services. @throws StatusError always. */
export function podStream(context: WireContext, call: ResourceCall): Outcome {
  const pod = storedObject(context, call) as Pod
  if (call.resource.kind !== 'Pod') throw unreachable()
  if (pod.spec.nodeName === undefined) {
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
  }
  throw unreachable()
}

/** The words of a server that cannot reach a kubelet, and why it never will. */
function unreachable(): StatusError {
  const message =
    'no preferred addresses found; known addresses: []; a twin has no containers and no kubelets: there is nothing to read, run or forward'
  return new StatusError({ code: 500, message })
}
