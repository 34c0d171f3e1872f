/** Discovery in both forms: aggregated, and list by list. Twin layer. */

import { createHash } from 'node:crypto'
import discovery from '../../../../../data/kube-discovery.json' with { type: 'json' }
import { type Answer, jsonAnswer } from '../answer/answer.ts'
import { parseAccept } from '../http/accept.ts'
import type { WireRequest } from '../http/request.ts'
import { refusal } from '../http/status.ts'
import type { Registry } from '../resources/registry.ts'
import { apiVersionOf, type Resource } from '../resources/resource.ts'
import type { JsonObject } from '../schema/own.ts'

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

interface Group {
  readonly name: string
  readonly versions: readonly JsonObject[]
}

const rows = discovery.rows as unknown as readonly (JsonObject & { groupVersion: string })[]
const groups = discovery.apis.groups as unknown as readonly Group[]
const aggregated = discovery.aggregated as unknown as Readonly<Record<string, { items: unknown[] }>>

/** The discovery document of a path; undefined for other paths. @throws StatusError 406. */
export function discoveryAnswer(
  registry: Registry,
  path: string,
  request: WireRequest,
  serverAddress: string,
): Answer | undefined {
  const bare = path.endsWith('/') && path !== '/' ? path.slice(0, -1) : path
  if (bare === '/api' || bare === '/apis') {
    if (wantsAggregated(request.headers.accept))
      return withTag(request, aggregatedOf(bare, registry))
    return jsonAnswer(200, bare === '/api' ? apiVersions(serverAddress) : groupList(registry))
  }
  if (bare === '/api/v1') return jsonAnswer(200, resourceList('v1', registry))
  const [, root, group = '', version, ...rest] = bare.split('/')
  if (root !== 'apis' || rest.length > 0) return undefined
  const found = groupDocument(group, registry)
  if (found === undefined) return undefined
  if (version === undefined)
    return jsonAnswer(200, { kind: 'APIGroup', apiVersion: 'v1', ...found })
  if (!registry.hasVersion(group, version)) return undefined
  return jsonAnswer(200, resourceList(`${group}/${version}`, registry))
}

function wantsAggregated(header: string | undefined): boolean {
  for (const { parameters, type } of parseAccept(header ?? '')) {
    const isAggregated = parameters.get('as') === 'APIGroupDiscoveryList'
    if (isAggregated && parameters.get('v') === 'v2') return type === 'application/json'
    if (!isAggregated && ['application/json', '*/*', 'application/*'].includes(type)) return false
  }
  if (header === undefined || header.trim() === '') return false
  const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
  if (!header.includes('application/')) {
    throw refusal(406, `406: Not Acceptable\n\nAvailable representations: ${types}`)
  }
  throw refusal(406, `only the following media types are accepted: ${types}`)
}

function withTag(request: WireRequest, document: unknown): Answer {
  const body = `${JSON.stringify(document)}\n`
  const tag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`
  const headers = {
    'content-type': aggregatedType,
    vary: 'Accept',
    'cache-control': 'public',
    etag: tag,
  }
  if (request.headers['if-none-match'] === tag) return { code: 304, headers, body: '' }
  return { code: 200, headers, body }
}

function apiVersions(serverAddress: string): JsonObject {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress }]
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs }
}

function groupList(registry: Registry): JsonObject {
  return { ...discovery.apis, groups: [...groups, ...customGroups(registry)] }
}

function groupDocument(name: string, registry: Registry): Group | undefined {
  return [...groups, ...customGroups(registry)].find((one) => one.name === name)
}

function customGroups(registry: Registry): readonly Group[] {
  const names = new Set(registry.customResources().map(({ group }) => group))
  return [...names].map((name) => {
    const versions = versionsOf(registry, name).map((version) => ({
      groupVersion: `${name}/${version}`,
      version,
    }))
    return { name, versions, preferredVersion: versions[0] }
  })
}

function versionsOf(registry: Registry, group: string): string[] {
  const own = registry.customResources().filter((one) => one.group === group)
  return [...new Set(own.map(({ version }) => version))]
}

function resourceList(groupVersion: string, registry: Registry): JsonObject {
  const builtIn = rows
    .filter((row) => row.groupVersion === groupVersion)
    .map(({ groupVersion: _, ...row }) => row)
  const custom = registry
    .customResources()
    .filter((one) => apiVersionOf(one) === groupVersion)
    .flatMap(rowsOf)
  const head =
    groupVersion === 'v1'
      ? { kind: 'APIResourceList' }
      : { kind: 'APIResourceList', apiVersion: 'v1' }
  return { ...head, groupVersion, resources: [...builtIn, ...custom] }
}

function rowsOf(resource: Resource): JsonObject[] {
  const { categories, isNamespaced, kind, plural, shortNames, singular, verbs } = resource
  const main = {
    name: plural,
    singularName: singular,
    namespaced: isNamespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  }
  const subs = [...resource.subresources.values()].map((sub) => ({
    name: `${plural}/${sub.name}`,
    singularName: '',
    namespaced: isNamespaced,
    ...(sub.group === resource.group ? {} : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  }))
  return [main, ...subs]
}

function aggregatedOf(path: '/api' | '/apis', registry: Registry): JsonObject {
  const document = aggregated[path] as { items: unknown[] }
  if (path === '/api') return document as unknown as JsonObject
  const custom = customGroups(registry).map(({ name }) => ({
    metadata: { name },
    versions: versionsOf(registry, name).map((version) => ({
      version,
      resources: registry
        .customResources()
        .filter((one) => one.group === name && one.version === version)
        .map(aggregatedRow),
      freshness: 'Current',
    })),
  }))
  return { ...document, items: [...document.items, ...custom] }
}

function aggregatedRow(resource: Resource): JsonObject {
  const { categories, group, isNamespaced, kind, plural, shortNames, singular, version } = resource
  const subresources = [...resource.subresources.values()].map((sub) => ({
    subresource: sub.name,
    responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
    verbs: sub.verbs,
  }))
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: resource.verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}
