/** The scale subresource: replicas of a workload in one small object. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import { contentTypes, encodeJson } from '../answer/answer.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { invalid } from '../http/refusals.ts'
import { badRequest } from '../http/status.ts'
import { sealEnvelope } from '../protobuf/envelope.ts'
import { writeMessage } from '../protobuf/write-message.ts'
import { storedObject } from '../read/get.ts'
import type { Resource } from '../resources/resource.ts'
import { at, type JsonObject, textAt, withAt } from '../schema/own.ts'
import { selectorText } from '../table/texts.ts'
import { negativeFaults } from '../validate/workloads.ts'
import { readBody } from './body.ts'
import { applyChange } from './change.ts'
import { writeOptions } from './options.ts'
import { patchKindOf, patchOptions } from './patch.ts'
import { applyPatchBody, readPatch } from './patch-body.ts'

const scaleKind = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  struct: 'autoscaling.v1.Scale',
}

/** GET of a scale. */
export function getScale(context: WireContext, call: ResourceCall): Outcome {
  return answered(call, scaleOf(call.resource, storedObject(context, call)))
}

/** PUT or PATCH of a scale. @throws StatusError. */
export function changeScale(context: WireContext, call: ResourceCall): Outcome {
  const stored = storedObject(context, call)
  const { options, scale } = wantedScale(call, stored)
  const faults = negativeFaults(scale, 'spec', 'replicas')
  const { name } = call.path
  if (faults.length > 0) throw invalid({ group: 'autoscaling', kind: 'Scale', name }, faults)
  const sent = textAt(scale, 'metadata', 'name')
  if (sent !== '' && sent !== name) {
    throw badRequest(
      `the name of the object (${sent}) does not match the name on the URL (${name})`,
    )
  }
  const replicas = at(scale, 'spec', 'replicas') ?? 0
  const resourceVersion = textAt(scale, 'metadata', 'resourceVersion')
  const { stored: after } = applyChange(context, call, {
    verb: call.request.method === 'PUT' ? 'update' : 'patch',
    stored,
    manager: options.manager,
    isDryRun: options.isDryRun,
    produce: (before) => {
      const scaled = withAt(before, replicasPath(call.resource), replicas)
      const version = resourceVersion === '' ? undefined : resourceVersion
      return { after: withAt(scaled, ['metadata', 'resourceVersion'], version), warnings: [] }
    },
  })
  return answered(call, scaleOf(call.resource, after))
}

function wantedScale(
  call: ResourceCall,
  stored: KubeObject,
): { options: { manager: string; isDryRun: boolean }; scale: JsonObject } {
  if (call.request.method === 'PUT') {
    const options = writeOptions(call.query, call.request, 'UpdateOptions')
    return { options, scale: readBody(call.request, scaleKind).object }
  }
  const kind = patchKindOf(call)
  const options = patchOptions(call, kind)
  const patch = readPatch(call.request, kind)
  const before = scaleOf(call.resource, stored)
  const { validation } = options
  // An applied scale is one number: it needs no merge.
  const { object } = applyPatchBody(kind === 'apply' ? 'merge' : kind, patch, {
    before,
    struct: scaleKind.struct,
    validation,
  })
  return { options, scale: object }
}

function replicasPath({ custom }: Resource): readonly string[] {
  const path = custom?.scale?.specReplicas ?? '.spec.replicas'
  return path.split('.').filter(Boolean)
}

function scaleOf(resource: Resource, object: KubeObject): JsonObject {
  const { creationTimestamp, name, namespace, resourceVersion, uid } = object.metadata
  const statusPath = resource.custom?.scale?.statusReplicas ?? '.status.replicas'
  const selector = selectorOf(resource, object)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: replicasOf(at(object, ...replicasPath(resource))),
    status: {
      replicas: at(object, ...statusPath.split('.').filter(Boolean)) ?? 0,
      ...(selector === '' ? {} : { selector }),
    },
  }
}

function replicasOf(value: unknown): JsonObject {
  const replicas = typeof value === 'number' ? value : 1
  return replicas === 0 ? {} : { replicas }
}

function selectorOf(resource: Resource, object: KubeObject): string {
  if (resource.custom !== undefined) {
    const path = resource.custom.scale?.labelSelector ?? ''
    return path === '' ? '' : textAt(object, ...path.split('.').filter(Boolean))
  }
  const selector = at(object, 'spec', 'selector')
  const isPlain = resource.kind === 'ReplicationController'
  const text = selectorText(isPlain ? { matchLabels: selector } : selector)
  return text === '<none>' ? '' : text
}

function answered({ form }: ResourceCall, scale: JsonObject): Outcome {
  const body = encodeJson(scale, form.encoding, () =>
    sealEnvelope({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      raw: writeMessage(scaleKind.struct, scale),
    }),
  )
  return { code: 200, headers: { 'content-type': contentTypes[form.encoding] }, body }
}
