/** From a request to its handler: discovery, authorization, method, form, verb. Twin layer. */

import type { Answer } from './answer/answer.ts'
import { jsonAnswer, textAnswer } from './answer/answer.ts'
import { formOf } from './answer/objects.ts'
import { requestToken } from './auth/account-token.ts'
import type { Attributes } from './auth/authorizer.ts'
import { review, reviewKinds } from './auth/reviews.ts'
import type { Outcome, ResourceCall, WireContext } from './context.ts'
import { discoveryAnswer } from './discovery/documents.ts'
import { openApiAnswer } from './discovery/openapi.ts'
import { serverVersion } from './discovery/version.ts'
import { negotiate, type Offer } from './http/accept.ts'
import { forbidden } from './http/refusals.ts'
import {
  type ResourcePath,
  resourcePathOf,
  splitUrl,
  type WireRequest,
  type WireUser,
} from './http/request.ts'
import { routeRefusal, StatusError } from './http/status.ts'
import { isWatchRequest, verbOf, verbsByMethod } from './http/verb.ts'
import { getObject } from './read/get.ts'
import { listObjects } from './read/list.ts'
import { watchObjects } from './read/watch.ts'
import type { Resource, Subresource } from './resources/resource.ts'
import { createObject } from './write/create.ts'
import { deleteCollection, deleteObject } from './write/delete.ts'
import { finalizeNamespace } from './write/finalize.ts'
import { patchObject } from './write/patch.ts'
import { bindPod, evictPodObject, podLog, podStream } from './write/pods.ts'
import { changeScale, getScale } from './write/scale.ts'
import { updateObject } from './write/update.ts'

/** What routing needs besides the cluster's parts. */
export interface RouteOptions {
  readonly serverAddress: string
  readonly signingKey: Buffer
}

/** Answers a request of a known user. @throws StatusError for every refusal. */
export function route(
  context: WireContext,
  request: WireRequest,
  user: WireUser,
  options: RouteOptions,
): Outcome {
  const { path, query } = splitUrl(request.url)
  const resourcePath = resourcePathOf(path)
  if (resourcePath === undefined) return nonResource(context, request, { path, user, options })
  const { group, name, namespace, resource, subresource } = resourcePath
  const isWatch = isWatchRequest(resourcePath, query)
  const verb = verbOf(request.method, resourcePath, isWatch)
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  const isNamespaceItself = resource === 'namespaces' && group === ''
  allow(context, user, {
    verb,
    group,
    resource: full,
    name,
    namespace: isNamespaceItself && name !== '' ? name : namespace,
  })
  const found = lookUp(context, resourcePath)
  if (found === undefined) throw notServed(context, resourcePath)
  const call = callOf(context, { request, query, path: resourcePath, user, isWatch, ...found })
  return dispatch(context, call, verb, options)
}

interface NonResource {
  readonly path: string
  readonly user: WireUser
  readonly options: RouteOptions
}

const health: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz'])

function nonResource(
  context: WireContext,
  request: WireRequest,
  { options, path, user }: NonResource,
): Answer {
  const verb = request.method === 'GET' ? 'get' : request.method.toLowerCase()
  const attributes = { verb, group: '', resource: '', name: '', namespace: undefined }
  if (!context.authorizer.isAllowed(user, { ...attributes, nonResourcePath: path })) {
    const message = `forbidden: User "${user.name}" cannot ${verb} path "${path}"`
    throw new StatusError({ code: 403, reason: 'Forbidden', message, details: {} })
  }
  if (path === '/version' || path === '/version/') return jsonAnswer(200, serverVersion(context))
  const bare = `/${path.split('/')[1] ?? ''}`
  if (health.has(bare)) return textAnswer(200, 'ok')
  if (request.method === 'GET') {
    const found =
      discoveryAnswer(context.registry, path, request, options.serverAddress) ??
      openApiAnswer(context.registry, path)
    if (found !== undefined) return found
  }
  const isVersion = /^\/apis\/([^/]+)\/[^/]+\/?$/.exec(path)
  const group = isVersion?.[1]
  if (group !== undefined && context.registry.hasGroup(group)) throw routeRefusal(404)
  throw pageNotFound()
}

function pageNotFound(): StatusError {
  return new StatusError({ code: 404, message: '404 page not found\n' }, true)
}

/** Custom groups and unknown ones have no page; built-in groups answer a Status. */
function notServed({ registry }: WireContext, { group, version }: ResourcePath): StatusError {
  const isCustom = registry.customResources().some((one) => one.group === group)
  if (!registry.hasGroup(group)) return pageNotFound()
  if (isCustom && !registry.hasVersion(group, version)) return pageNotFound()
  return routeRefusal(404)
}

function allow(context: WireContext, user: WireUser, asked: Attributes): void {
  if (context.authorizer.isAllowed(user, asked)) return
  const [plural = ''] = asked.resource.split('/')
  const where =
    asked.namespace === undefined || asked.namespace === ''
      ? 'at the cluster scope'
      : `in the namespace "${asked.namespace}"`
  const what = `cannot ${asked.verb} resource "${asked.resource}" in API group "${asked.group}"`
  const subject = { group: asked.group, resource: plural, name: asked.name }
  throw forbidden(subject, `User "${user.name}" ${what} ${where}`)
}

interface Found {
  readonly resource: Resource
  readonly subresource: Subresource | undefined
}

function lookUp({ registry }: WireContext, path: ResourcePath): Found | undefined {
  const resource = registry.find(path.group, path.version, path.resource)
  if (resource === undefined) return undefined
  const isInside = path.namespace !== undefined
  const isWholeCluster = path.name === '' && path.subresource === ''
  if (isInside && !resource.isNamespaced) return undefined
  if (!isInside && resource.isNamespaced && !isWholeCluster) return undefined
  if (path.subresource === '') return { resource, subresource: undefined }
  const [head = ''] = path.subresource.split('/')
  const subresource = resource.subresources.get(head)
  return subresource === undefined ? undefined : { resource, subresource }
}

function callOf(
  context: WireContext,
  parts: Omit<ResourceCall, 'form'> & { readonly isWatch: boolean },
): ResourceCall {
  const { isWatch, path, query, request, resource, subresource } = parts
  if (!isMethodServed(parts)) throw routeRefusal(405)
  const isCollection = path.name === '' && request.method === 'GET'
  const kind: Offer['kind'] = isWatch ? 'watch' : isCollection ? 'list' : 'object'
  const hasProtobuf = resource.custom === undefined
  const representation = negotiate(request.headers.accept, { kind, hasProtobuf })
  const form = formOf(representation, query, context.kernel.nowMs())
  return { request, query, path, resource, subresource, user: parts.user, form }
}

function isMethodServed({
  isWatch,
  path,
  request,
  resource,
  subresource,
}: Omit<ResourceCall, 'form'> & { readonly isWatch: boolean }): boolean {
  const { method } = request
  if (subresource !== undefined) {
    const verb = verbsByMethod[method]
    if (method === 'HEAD' || verb === undefined) return false
    const isStream = ['exec', 'attach', 'portforward', 'proxy'].includes(subresource.name)
    return isStream || subresource.verbs.includes(verb)
  }
  const isReview = !resource.verbs.includes('get')
  if (method === 'POST') {
    if (path.name !== '') return false
    const isPlaced = path.namespace !== undefined || !resource.isNamespaced
    return isPlaced && resource.verbs.includes('create')
  }
  if (method === 'GET') {
    if (isReview) return false
    return resource.verbs.includes(path.name === '' ? (isWatch ? 'watch' : 'list') : 'get')
  }
  if (method === 'DELETE') {
    if (path.name !== '') return resource.verbs.includes('delete')
    const isPlaced = path.namespace !== undefined || !resource.isNamespaced
    return isPlaced && resource.verbs.includes('deletecollection')
  }
  if (method === 'PUT' || method === 'PATCH') {
    return path.name !== '' && resource.verbs.includes(method === 'PUT' ? 'update' : 'patch')
  }
  return false
}

function dispatch(
  context: WireContext,
  call: ResourceCall,
  verb: string,
  { signingKey }: RouteOptions,
): Outcome {
  if (call.subresource !== undefined) return dispatchSub(context, call, signingKey)
  const { resource } = call
  if (reviewKinds.has(resource.kind)) return review(context, call)
  if (resource.kind === 'Binding') return bindPod(context, call)
  switch (verb) {
    case 'get':
      return getObject(context, call)
    case 'list':
      return listObjects(context, call)
    case 'watch':
      return watchObjects(context, call)
    case 'create':
      return createObject(context, call)
    case 'update':
      return updateObject(context, call)
    case 'patch':
      return patchObject(context, call)
    case 'delete':
      return deleteObject(context, call)
    default:
      return deleteCollection(context, call)
  }
}

function dispatchSub(context: WireContext, call: ResourceCall, signingKey: Buffer): Outcome {
  const { method } = call.request
  switch (call.subresource?.name) {
    case 'eviction':
      return evictPodObject(context, call)
    case 'binding':
      return bindPod(context, call)
    case 'scale':
      return method === 'GET' ? getScale(context, call) : changeScale(context, call)
    case 'token':
      return requestToken(context, call, signingKey)
    case 'log':
      return podLog(context, call)
    case 'finalize':
      return finalizeNamespace(context, call)
    case 'status':
    case 'resize':
    case 'ephemeralcontainers':
      if (method === 'GET') return getObject(context, call)
      return method === 'PUT' ? updateObject(context, call) : patchObject(context, call)
    default:
      return podStream(context, call)
  }
}
