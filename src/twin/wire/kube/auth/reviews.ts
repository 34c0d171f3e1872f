/** Reviews: who am I, may I, whose token is this. Twin layer. */

import { contentTypes, encodeJson } from '../answer/answer.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import type { WireUser } from '../http/request.ts'
import { badRequest } from '../http/status.ts'
import { sealEnvelope } from '../protobuf/envelope.ts'
import { writeMessage } from '../protobuf/write-message.ts'
import { apiVersionOf } from '../resources/resource.ts'
import { decodeAs } from '../schema/decode.ts'
import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'
import { readBody } from '../write/body.ts'
import type { Attributes } from './authorizer.ts'

/** Kinds that are answered and never stored. */
export const reviewKinds: ReadonlySet<string> = new Set([
  'LocalSubjectAccessReview',
  'SelfSubjectAccessReview',
  'SelfSubjectReview',
  'SelfSubjectRulesReview',
  'SubjectAccessReview',
  'TokenReview',
])

/** Answers a POST of a review. @throws StatusError. */
export function review(context: WireContext, call: ResourceCall): Outcome {
  const { resource, user } = call
  const { object } = readBody(call.request, resource)
  const spec = at(object, 'spec')
  switch (resource.kind) {
    case 'SelfSubjectReview':
      return answered(call, {
        metadata: { creationTimestamp: context.kernel.nowText() },
        status: { userInfo: userInfo(user) },
      })
    case 'SelfSubjectRulesReview':
      return answered(call, {
        spec: {},
        status: rulesStatus(context, user, textAt(spec, 'namespace')),
      })
    case 'TokenReview':
      return answered(call, { spec, status: { user: {}, error: 'invalid bearer token' } })
    case 'SelfSubjectAccessReview':
      return answered(call, { spec, status: accessStatus(context, user, spec) })
    default: {
      const groups = listAt(spec, 'groups').map(String)
      const asked = { name: textAt(spec, 'user'), groups }
      if (asked.name === '' && groups.length === 0) {
        throw badRequest('at least one of user or group must be specified')
      }
      return answered(call, { spec, status: accessStatus(context, asked, spec) })
    }
  }
}

function userInfo({ extra, groups, name, uid }: WireUser): JsonObject {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  }
}

function accessStatus({ authorizer }: WireContext, user: WireUser, spec: unknown): JsonObject {
  return { allowed: authorizer.isAllowed(user, attributesOf(spec)) }
}

function attributesOf(spec: unknown): Attributes {
  const path = at(spec, 'nonResourceAttributes')
  const about = at(spec, 'resourceAttributes')
  const sub = textAt(about, 'subresource')
  const resource = textAt(about, 'resource')
  const namespace = textAt(about, 'namespace')
  return {
    verb: textAt(about, 'verb') || textAt(path, 'verb'),
    group: textAt(about, 'group'),
    resource: sub === '' ? resource : `${resource}/${sub}`,
    name: textAt(about, 'name'),
    namespace: namespace === '' ? undefined : namespace,
    ...(isJsonObject(path) ? { nonResourcePath: textAt(path, 'path') } : {}),
  }
}

function rulesStatus({ authorizer }: WireContext, user: WireUser, namespace: string): JsonObject {
  const rules = authorizer.rulesOf(user, namespace)
  const urls = rules.filter((rule) => listAt(rule, 'nonResourceURLs').length > 0)
  return {
    resourceRules: rules.filter((rule) => listAt(rule, 'resources').length > 0),
    nonResourceRules: urls,
    incomplete: false,
  }
}

function answered({ form, resource }: ResourceCall, parts: JsonObject): Outcome {
  const head = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata: {} }
  const { value } = decodeAs(resource.struct ?? '', { ...head, ...parts })
  const body = encodeJson(value, form.encoding, () =>
    sealEnvelope({
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      raw: writeMessage(resource.struct ?? '', value),
    }),
  )
  return { code: 201, headers: { 'content-type': contentTypes[form.encoding] }, body }
}
