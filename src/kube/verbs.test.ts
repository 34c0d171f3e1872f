import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  clientOf,
  type KubeServer,
  kubeServer,
  sendJson,
  sendStatus,
} from '../../test/kube-server.ts'
import type { ConfigMap, Lease } from '../world/kube-objects.ts'
import type { KubeClient } from './client.ts'

let server: KubeServer
let client: KubeClient
let respond: Answer = () => undefined

beforeAll(async () => {
  server = await kubeServer((request, answer) => respond(request, answer))
  ;({ client } = clientOf(server.url))
})

afterAll(() => server.close())

const map: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'kube-system', name: 'a' },
  data: { a: '1' },
}
const ref = { namespace: 'kube-system', name: 'a' }

function answering(status: number, body: unknown): Answer {
  return (_, answer) => sendJson(answer, status, body)
}

function lastRequest() {
  const { body, headers, method, path, query } = server.requests.at(-1) ?? {}
  const target = `${method} ${path}?${query?.toString()}`
  return { target, type: headers?.['content-type'], body }
}

const strict = 'fieldManager=regroup&fieldValidation=Strict'

describe('requests', () => {
  it('version', async () => {
    respond = answering(200, { gitVersion: 'v1.35.4' })
    expect(await client.serverVersion()).toBe('v1.35.4')
    expect(lastRequest().target).toBe('GET /version?')
  })

  it('get; what is missing is undefined', async () => {
    respond = answering(200, { ...map, metadata: { ...map.metadata, managedFields: [] } })
    expect(await client.get('ConfigMap', ref)).toEqual(map)
    expect(lastRequest().target).toBe('GET /api/v1/namespaces/kube-system/configmaps/a?')
    respond = (_, answer) => sendStatus(answer, 404, { reason: 'NotFound' })
    expect(await client.get('ConfigMap', ref)).toBeUndefined()
  })

  it('names that are no path segments cannot leave their place', async () => {
    respond = (_, answer) => sendStatus(answer, 404, {})
    await client.get('Pod', { namespace: '../x', name: 'a/b?c' })
    expect(lastRequest().target).toBe('GET /api/v1/namespaces/..%2Fx/pods/a%2Fb%3Fc?')
  })

  it('create', async () => {
    respond = answering(201, map)
    await client.create('ConfigMap', map)
    const target = `POST /api/v1/namespaces/kube-system/configmaps?${strict}`
    expect(lastRequest()).toEqual({ target, type: 'application/json', body: map })
  })

  it('update sends the version it has as precondition', async () => {
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...ref, resourceVersion: '7' },
      spec: { holderIdentity: 'me' },
    }
    respond = answering(200, lease)
    await client.update('Lease', lease)
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/a'
    const target = `PUT ${path}?${strict}`
    expect(lastRequest()).toEqual({ target, type: 'application/json', body: lease })
  })

  it.each([
    ['merge', 'application/merge-patch+json'],
    ['json', 'application/json-patch+json'],
    ['strategic', 'application/strategic-merge-patch+json'],
  ] as const)('%s patch', async (type, contentType) => {
    respond = answering(200, {})
    const body = { metadata: { resourceVersion: '7', uid: 'u' }, spec: { unschedulable: true } }
    await client.patch('Node', { name: 'n1' }, { type, body })
    const target = `PATCH /api/v1/nodes/n1?${strict}`
    expect(lastRequest()).toEqual({ target, type: contentType, body })
  })

  it('delete with its options; gone is no error', async () => {
    respond = answering(200, { kind: 'Status', status: 'Success' })
    const options = { preconditions: { uid: 'u' }, propagationPolicy: 'Orphan' } as const
    expect(await client.delete('Node', { name: 'n1' }, options)).toBe('deleted')
    expect(lastRequest().body).toEqual({ apiVersion: 'v1', kind: 'DeleteOptions', ...options })
    respond = (_, answer) => sendStatus(answer, 404, { reason: 'NotFound' })
    expect(await client.delete('Node', { name: 'n1' })).toBe('gone')
  })

  it('the path of the server URL goes before every path', async () => {
    respond = answering(200, { gitVersion: 'v1.35.4' })
    const behind = clientOf(new URL('/k8s/clusters/c-1/', server.url))
    await behind.client.serverVersion()
    expect(lastRequest().target).toBe('GET /k8s/clusters/c-1/version?')
  })

  it('say who asks', async () => {
    respond = answering(200, {})
    await clientOf(server.url, { userAgent: 'regroup/1.2.3' }).client.serverVersion()
    expect(server.requests.at(-1)?.headers['user-agent']).toBe('regroup/1.2.3')
  })
})

/** Answers recorded from kube-apiserver 1.35.4 and the code they become. */
const refusals: readonly {
  name: string
  status: number
  extra: Readonly<Record<string, unknown>>
  headers?: Readonly<Record<string, string>>
  failure: Readonly<Record<string, unknown>>
}[] = [
  {
    name: 'unauthorized',
    status: 401,
    extra: { message: 'Unauthorized', reason: 'Unauthorized' },
    failure: { code: 'unauthenticated', retry: 'never' },
  },
  {
    name: 'a name that exists',
    status: 409,
    extra: { message: 'configmaps "a" already exists', reason: 'AlreadyExists' },
    failure: { code: 'already-exists', retry: 'never' },
  },
  {
    name: 'an old resourceVersion',
    status: 409,
    extra: {
      message: 'Operation cannot be fulfilled on configmaps "a": the object has been modified',
      reason: 'Conflict',
    },
    failure: { code: 'conflict', retry: 'never' },
  },
  {
    name: 'another uid in a patch',
    status: 422,
    extra: {
      message: 'ConfigMap "a" is invalid: metadata.uid: Invalid value: "x": field is immutable',
      reason: 'Invalid',
      details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid' }] },
    },
    failure: { code: 'conflict' },
  },
  {
    name: 'an unknown field',
    status: 422,
    extra: { message: 'strict decoding error: unknown field "spec.x"', reason: 'Invalid' },
    failure: { code: 'invalid', retry: 'never' },
  },
  {
    name: 'an object that is not there',
    status: 404,
    extra: { message: 'configmaps "a" not found', reason: 'NotFound' },
    failure: { code: 'not-found' },
  },
  {
    name: 'a body over 3 MiB',
    status: 413,
    extra: { message: 'Request entity too large', reason: 'RequestEntityTooLarge' },
    failure: { code: 'limit-exceeded', retry: 'never' },
  },
  {
    name: 'an object over the limit of etcd',
    status: 500,
    extra: { message: 'etcdserver: request is too large' },
    failure: { code: 'limit-exceeded', retry: 'never' },
  },
  {
    name: 'a resourceVersion on create',
    status: 500,
    extra: { message: 'resourceVersion should not be set on objects to be created' },
    failure: { code: 'invalid' },
  },
  {
    name: 'a version of the future',
    status: 504,
    extra: {
      message: 'Timeout: Too large resource version: 9, current: 5',
      reason: 'Timeout',
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
    },
    failure: { code: 'timeout', retry: { afterMs: 1000 } },
  },
  {
    name: 'flow control',
    status: 429,
    extra: { message: 'Too many requests', reason: 'TooManyRequests' },
    headers: { 'retry-after': '4' },
    failure: { code: 'throttled', retry: { afterMs: 4000 } },
  },
  {
    name: 'a server that starts',
    status: 503,
    extra: { message: 'apiserver not ready', reason: 'ServiceUnavailable' },
    failure: { code: 'unavailable', retry: 'backoff' },
  },
  {
    name: 'a namespace that ends',
    status: 403,
    extra: {
      message:
        'configmaps "a" is forbidden: unable to create new content in namespace kube-system because it is being terminated',
      reason: 'Forbidden',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    },
    failure: { code: 'forbidden', message: expect.not.stringContaining('rule') },
  },
  {
    name: 'a quota',
    status: 403,
    extra: {
      message: 'configmaps "a" is forbidden: exceeded quota: q, requested: count/configmaps=1',
      reason: 'Forbidden',
    },
    failure: { code: 'limit-exceeded' },
  },
]

describe('refusals', () => {
  it.each(refusals)('$name', async ({ extra, failure, headers, status }) => {
    respond = (_, answer) =>
      sendStatus(answer, status, extra, { 'audit-id': 'audit-7', ...headers })
    const context = {
      operation: 'kube:patch',
      cluster: 'test',
      object: 'ConfigMap kube-system/a',
      httpStatus: status,
      requestId: 'audit-7',
      ...(extra.reason === undefined ? {} : { serviceCode: extra.reason }),
    }
    const fresh = clientOf(server.url).client
    const call = fresh.patch('ConfigMap', ref, { type: 'merge', body: {} })
    await expect(call).rejects.toMatchObject({ ...failure, context })
  })

  it('a page of plain text is told in its own words', async () => {
    respond = (_, answer) => {
      answer.writeHead(404, { 'content-type': 'text/plain' })
      answer.end('404 page not found\n')
    }
    const call = client.create('ConfigMap', map)
    await expect(call).rejects.toMatchObject({
      code: 'not-found',
      message: 'create ConfigMap kube-system/a: 404 page not found',
    })
  })
})

type Forbidden = readonly [string, (by: KubeClient) => Promise<unknown>, string, string]

const forbidden: readonly Forbidden[] = [
  [
    'list nodes',
    (by) => by.list('Node'),
    'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
    'a ClusterRole bound to user jane or a group of it grants it with the rule {apiGroups: [""], resources: ["nodes"], verbs: ["list"]}',
  ],
  [
    'evict',
    (by) => by.evict({ namespace: 'wire', name: 'x' }),
    'pods "x" is forbidden: User "jane" cannot create resource "pods/eviction" in API group "" in the namespace "wire"',
    'a Role in namespace wire (or a ClusterRole) bound to user jane or a group of it grants it with the rule {apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"]}',
  ],
  [
    'update of a lease',
    (by) => by.update('Lease', { ...map, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }),
    'leases.coordination.k8s.io "a" is forbidden: User "system:node:n" cannot update resource "leases" in API group "coordination.k8s.io" in the namespace "kube-system"',
    'bound to user system:node:n or a group of it grants it with the rule {apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["update"]}',
  ],
]

describe('a right that is missing', () => {
  it.each(forbidden)('%s: names the rule that would grant it', async (_, call, message, advice) => {
    respond = (__, answer) => sendStatus(answer, 403, { reason: 'Forbidden', message })
    // What was allowed before is another matter (lapsed-rights.ts).
    const { client: fresh } = clientOf(server.url)
    await expect(call(fresh)).rejects.toMatchObject({ code: 'forbidden', retry: 'never' })
    await expect(call(fresh)).rejects.toThrow(`${message}; `)
    await expect(call(fresh)).rejects.toThrow(advice)
  })

  it('a watch names its own verb', async () => {
    const message = 'pods is forbidden: User "jane" cannot watch resource "pods" in API group ""'
    respond = (_, answer) => sendStatus(answer, 403, { reason: 'Forbidden', message })
    const watch = client.watch('Pod', { resourceVersion: '1' }, () => undefined)
    await expect(watch.ended).rejects.toThrow('verbs: ["watch"]')
  })
})
