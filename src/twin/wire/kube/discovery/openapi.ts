/** OpenAPI v3 as far as kubectl needs it: an index, and per group version the PATCH of each kind. Twin layer. */

import { createHash } from 'node:crypto'
import { type Answer, jsonAnswer } from '../answer/answer.ts'
import type { Registry } from '../resources/registry.ts'
import { apiVersionOf, type Resource } from '../resources/resource.ts'
import type { JsonObject } from '../schema/own.ts'
import { schemasOf } from './openapi-schemas.ts'

/** The document of a path; undefined for other paths. */
export function openApiAnswer(registry: Registry, path: string): Answer | undefined {
  if (path === '/openapi/v3') return jsonAnswer(200, index(registry))
  if (!path.startsWith('/openapi/v3/')) return undefined
  const name = path.slice('/openapi/v3/'.length)
  const resources = registry.all().filter((one) => prefixOf(one) === name)
  return resources.length === 0 ? undefined : jsonAnswer(200, documentOf(resources))
}

function prefixOf(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? `api/${resource.version}` : `apis/${apiVersionOf(resource)}`
}

function index(registry: Registry): JsonObject {
  const names = [...new Set(registry.all().map(prefixOf))]
  const paths = Object.fromEntries(
    names.map((name) => {
      const own = registry.all().filter((one) => prefixOf(one) === name)
      const hash = createHash('sha512').update(JSON.stringify(own.map(({ plural }) => plural)))
      const serverRelativeURL = `/openapi/v3/${name}?hash=${hash.digest('hex').toUpperCase()}`
      return [name, { serverRelativeURL }]
    }),
  )
  return { paths }
}

function documentOf(resources: readonly Resource[]): JsonObject {
  const paths = Object.fromEntries(
    resources.map((resource) => {
      const namespace = resource.isNamespaced ? '/namespaces/{namespace}' : ''
      const path = `/${prefixOf(resource)}${namespace}/${resource.plural}/{name}`
      return [path, { get: operation(resource, 'get'), patch: operation(resource, 'patch') }]
    }),
  )
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1' },
    paths,
    components: { schemas: schemasOf(resources) },
  }
}

function parameter(name: string): JsonObject {
  return { name, in: 'query', schema: { type: 'string', uniqueItems: true } }
}

const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]

function operation(resource: Resource, action: 'get' | 'patch'): JsonObject {
  const { group, kind, version } = resource
  const names = ['dryRun', 'fieldManager', 'fieldValidation', 'force']
  const isPatch = action === 'patch'
  const content = Object.fromEntries(patchTypes.map((type) => [type, { schema: {} }]))
  return {
    operationId: `${action}${kind}`,
    parameters: isPatch ? names.map(parameter) : [],
    ...(isPatch ? { requestBody: { content, required: true } } : {}),
    responses: { '200': { description: 'OK' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  }
}
