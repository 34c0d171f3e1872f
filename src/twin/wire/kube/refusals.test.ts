/** Refusals that the recorded transcripts do not cover, in the words of kube-apiserver 1.35. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask, type ServedCluster, servedCluster } from '../../../../test/served-cluster.ts'

let cluster: ServedCluster

beforeAll(async () => {
  cluster = await servedCluster()
})

afterAll(() => cluster.stop())

const base = '/api/v1/namespaces/default'

async function send(
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<{ code: number; text: string }> {
  const headers = { 'content-type': type }
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) }
  const { body: text, code } = await ask(cluster, path, { method, ...sent })
  return { code, text: (JSON.parse(text) as { message?: string }).message ?? text }
}

it('a token of a service account lives ten minutes at least', async () => {
  await send('POST', `${base}/serviceaccounts`, { metadata: { name: 'robot' } })
  const ask = (expirationSeconds: number) =>
    send('POST', `${base}/serviceaccounts/robot/token`, { spec: { expirationSeconds } })
  expect(await ask(10)).toEqual({
    code: 422,
    text: 'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes',
  })
  expect((await ask(2 ** 33)).text).toContain('may not specify a duration larger than 2^32 seconds')
  expect((await ask(600)).code).toBe(201)
})

it('nodes and pods say that nothing runs behind them', async () => {
  const [node] = cluster.host.twin.clusters.values().next().value?.store.list('Node') ?? []
  const name = node?.metadata.name ?? ''
  const { code, text } = await send('GET', `/api/v1/nodes/${name}/proxy/stats/summary`)
  expect([code, text]).toEqual([500, expect.stringContaining('a twin has no containers')])
})

it('a continue token of a world before a reset has expired', async () => {
  const token = { v: 'meta.k8s.io/v1', rv: 1_000_000_000, start: 'a\u0000' }
  const text = Buffer.from(JSON.stringify(token)).toString('base64url')
  const { code } = await send('GET', `${base}/configmaps?limit=1&continue=${text}`)
  expect(code).toBe(410)
})

it('conflicts of an apply come by the names of the managers', async () => {
  const apply = (manager: string, value: string) => {
    const path = `${base}/configmaps/shared?fieldManager=${manager}`
    const head = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' } }
    return send('PATCH', path, { ...head, data: { a: value } }, 'application/apply-patch+yaml')
  }
  await apply('zoe', '1')
  await apply('adam', '1')
  const { code, text } = await apply('new', '2')
  expect(code).toBe(409)
  expect(text).toBe(
    'Apply failed with 2 conflicts: conflicts with "adam":\n- .data.a\nconflicts with "zoe":\n- .data.a',
  )
})

it('an apply of what is no quantity: in words, not as a bug', async () => {
  const resources = { requests: { cpu: '1x' } }
  const apply = (name: string, container: object) =>
    send(
      'PATCH',
      `${base}/pods/${name}?fieldManager=test`,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { containers: [{ name: 'c', image: 'i', ...container }] },
      },
      'application/apply-patch+yaml',
    )
  const refused = {
    code: 500,
    text: "failed to convert new object (default/q1; /v1, Kind=Pod) to proper version: unable to convert unstructured object to /v1, Kind=Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  }
  expect(await apply('q1', { resources })).toEqual(refused)
  expect((await apply('q1', {})).code).toBe(201)
  expect(await apply('q1', { resources })).toEqual(refused)
})

it.each([
  { rules: [], tail: '' },
  { rules: [{ rule: 'self.size > 0' }], tail: 'some validation rules were not checked' },
])('a custom resource: unchecked rules are told where there are some ($tail)', async (row) => {
  const { rules, tail } = row
  const plural = tail === '' ? 'plains' : 'ruled'
  const properties = { size: { type: 'integer', maximum: 10 } }
  const spec = { type: 'object', properties, 'x-kubernetes-validations': rules }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  const kind = tail === '' ? 'Plain' : 'Ruled'
  await send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  cluster.clock.advance(1000)
  const path = `/apis/example.com/v1/namespaces/default/${plural}`
  const body = { apiVersion: 'example.com/v1', kind, metadata: { name: 'x' }, spec: { size: 30 } }
  const { code, text } = await send('POST', path, body)
  expect(code).toBe(422)
  expect(text).toContain('spec.size in body should be less than or equal to 10')
  expect(text.includes('some validation rules were not checked')).toBe(tail !== '')
})
