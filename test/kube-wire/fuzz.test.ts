/** Seeded bad input: every answer is a Status or the plain refusal of a real server, and the server lives on. */

import { describe, expect, it } from 'vitest'
import { type Random, seededRandom } from '../../src/world/random.ts'
import { type Seen, textOf, wireWorld } from './wire-world.ts'

const rounds = 3000
/** Answers that the input must reach; it would be too blunt otherwise. */
const expected = [200, 201, 400, 404, 405, 409, 415, 422]

const paths = [
  '/api/v1/nodes',
  '/api/v1/nodes/n1',
  '/api/v1/nodes/n1/status',
  '/api/v1/pods',
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/pods/p1',
  '/api/v1/namespaces/default/pods/p1/eviction',
  '/api/v1/namespaces/default/pods/p1/binding',
  '/api/v1/namespaces/default/configmaps',
  '/api/v1/namespaces/default/configmaps/c1',
  '/apis/apps/v1/namespaces/default/deployments/d1/scale',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/deployments/d1',
  '/apis/policy/v1/namespaces/default/poddisruptionbudgets/b1',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  '/api',
  '/apis',
  '/openapi/v3',
  '/version',
]
const oddPaths = [
  '/api/v1/namespaces/__proto__/pods/constructor',
  '/apis/__proto__/v1/x',
  '/api/v1/%2e%2e/%00',
  '/api/v1/namespaces/default/pods/%E0%A4%A',
  '//',
  '/api/v1/nodes/a%2Fb',
  '/api/v1/watch/pods',
  '/openapi/v3/apis/__proto__/v1',
]
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'PATCH', 'POST', 'PUT', 'DELETE', 'HEAD', 'BREW']
const queries = [
  'limit=-1',
  'limit=99999999999999999999',
  'limit=1&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ',
  'continue=%ff%fe',
  'labelSelector=a%20in%20(((',
  'labelSelector=%00%2C%2C!!',
  `labelSelector=${'a%2C'.repeat(3000)}`,
  'fieldSelector=spec.nodeName%3D%3D%3D',
  'fieldSelector=__proto__%3Dx',
  'resourceVersion=abc',
  'resourceVersion=99999999999999999999999',
  'resourceVersionMatch=Exact',
  'sendInitialEvents=true',
  'dryRun=Some',
  'fieldValidation=Never&fieldManager=a',
  `fieldManager=${'x'.repeat(200)}`,
  'gracePeriodSeconds=1e99',
  'propagationPolicy=__proto__',
  'timeoutSeconds=NaN',
  '%',
  'a=b=c&&&=',
]
const types = [
  'application/json',
  'application/json',
  'application/strategic-merge-patch+json',
  'application/merge-patch+json',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'text/html',
  '',
]
const accepts = [
  'application/json',
  'application/json',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'image/png',
  ';;;q=x',
  '*/*',
]

const names = [
  'n1',
  'p1',
  'c1',
  'd1',
  '__proto__',
  'constructor',
  'a b',
  '../..',
  'A'.repeat(300),
  '',
]
const kinds = ['Pod', 'Node', 'ConfigMap', 'Deployment', 'Eviction', 'Scale', '__proto__', '']

const whole = (random: Random, from: number, to: number): number =>
  from + Math.floor(random.next() * (to - from + 1))

function value(random: Random, depth: number): unknown {
  const pick = whole(random, 0, depth > 4 ? 5 : 8)
  if (pick === 0) return null
  if (pick === 1) return whole(random, -5, 1e9)
  if (pick === 2) return names[whole(random, 0, names.length - 1)]
  if (pick === 3) return whole(random, 0, 1) === 1
  if (pick === 4) return -1e308
  if (pick === 5) return '\u0000\ud800'
  if (pick === 6) return Array.from({ length: whole(random, 0, 4) }, () => value(random, depth + 1))
  return members(random, depth + 1)
}

const keys = [
  'metadata',
  'spec',
  'status',
  'name',
  'namespace',
  'labels',
  'annotations',
  'containers',
  'taints',
  'finalizers',
  'ownerReferences',
  'managedFields',
  'resourceVersion',
  'creationTimestamp',
  'selector',
  'template',
  'replicas',
  'op',
  'path',
  'value',
  '$patch',
  '$setElementOrder/containers',
  '$deleteFromPrimitiveList/finalizers',
  '$retainKeys',
  '__proto__',
  'constructor',
  'toString',
]

function members(random: Random, depth: number): Record<string, unknown> {
  const text: string[] = []
  for (let index = whole(random, 0, 5); index > 0; index -= 1) {
    const key = keys[whole(random, 0, keys.length - 1)]
    text.push(`${JSON.stringify(key)}:${JSON.stringify(value(random, depth))}`)
  }
  return JSON.parse(`{${text.join(',')}}`) as Record<string, unknown>
}

/** A JSON patch that hits at times. */
function patchList(random: Random): Buffer {
  const steps = ['add', 'remove', 'replace', 'move', 'copy', 'test', 'nope']
  const places = [
    '/metadata/labels',
    '/spec/x',
    '/metadata/name',
    '/-',
    '',
    '/__proto__/x',
    '/data/a',
  ]
  const step = (): object => ({
    op: steps[whole(random, 0, steps.length - 1)],
    path: places[whole(random, 0, places.length - 1)],
    from: places[whole(random, 0, places.length - 1)],
    value: value(random, 3),
  })
  return Buffer.from(JSON.stringify([step(), step()]))
}

/** A good object with one bad place. */
function damaged(random: Random, object: object): Buffer {
  const result = structuredClone(object) as Record<string, unknown>
  let place = result
  for (;;) {
    const below = Object.values(place).filter((one) => typeof one === 'object' && one !== null)
    if (below.length === 0 || whole(random, 0, 3) === 0) break
    place = below[whole(random, 0, below.length - 1)] as Record<string, unknown>
  }
  const known = Object.keys(place)
  const isKnown = known.length > 0 && whole(random, 0, 2) > 0
  const key = isKnown ? known[whole(random, 0, known.length - 1)] : keys[whole(random, 0, 26)]
  Object.defineProperty(place, key ?? 'x', {
    value: value(random, 0),
    enumerable: true,
    configurable: true,
    writable: true,
  })
  return Buffer.from(JSON.stringify(result))
}

function body(random: Random, right: object | undefined): Buffer {
  if (right !== undefined && whole(random, 0, 2) > 0) return damaged(random, right)
  const pick = whole(random, 0, 9)
  if (pick === 0) return Buffer.alloc(0)
  if (pick > 7) return patchList(random)
  if (pick === 1) return Buffer.from('['.repeat(20_000))
  if (pick === 2) return Buffer.from('a: &a [*a, *a]\nb: *nope')
  if (pick === 3) {
    const bytes = Array.from({ length: whole(random, 1, 80) }, () => whole(random, 0, 255))
    return Buffer.concat([Buffer.from('k8s\u0000'), Buffer.from(bytes)])
  }
  const object = {
    apiVersion: ['v1', 'apps/v1', 'policy/v1', 'nope'][whole(random, 0, 3)],
    kind: kinds[whole(random, 0, kinds.length - 1)],
    metadata: { name: names[whole(random, 0, names.length - 1)], ...members(random, 1) },
    ...members(random, 0),
  }
  const text = JSON.stringify(pick === 4 ? [object] : object)
  return Buffer.from(pick === 5 ? text.slice(0, whole(random, 0, text.length)) : text)
}

const template = {
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'i' }] },
}
const selector = { matchLabels: { app: 'a' } }
const shop = '/api/v1/namespaces/default'

/** What the input is thrown at. */
const present: readonly (readonly [string, object])[] = [
  ['/api/v1/nodes', { metadata: { name: 'n1' } }],
  [`${shop}/pods`, { metadata: { name: 'p1', labels: { app: 'a' } }, spec: template.spec }],
  [`${shop}/configmaps`, { metadata: { name: 'c1' }, data: { a: '1' } }],
  [
    '/apis/apps/v1/namespaces/default/deployments',
    { metadata: { name: 'd1' }, spec: { selector, template } },
  ],
  [
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    { metadata: { name: 'b1' }, spec: { selector, minAvailable: 1 } },
  ],
]

/** Requests that a server would read to the end. */
const writes = present.flatMap(([path, object]) => {
  const item = `${path}/${(object as { metadata: { name: string } }).metadata.name}`
  const patch = (type: string) => ['PATCH', item, type] as const
  return [
    ['POST', path, 'application/json'] as const,
    ['PUT', item, 'application/json'] as const,
    patch('application/merge-patch+json'),
    patch('application/strategic-merge-patch+json'),
    patch('application/json-patch+json'),
    ['PATCH', `${item}?fieldManager=fuzz`, 'application/apply-patch+yaml'] as const,
  ]
})

/** What would be right at a path. */
function objectAt(path: string): object | undefined {
  return present.find(([at]) => path.startsWith(at))?.[1]
}

function check(seen: Seen, what: string): void {
  expect(seen.code, what).toBeGreaterThanOrEqual(200)
  expect(seen.code, what).toBeLessThan(600)
  const type = String(seen.headers['content-type'] ?? '')
  if (seen.code < 400 || type.includes('text/plain') || type.includes('protobuf')) return
  const text = textOf(seen)
  if (type.includes('json') && text !== '') {
    expect((JSON.parse(text) as { kind?: string }).kind, what).toBe('Status')
  }
}

describe('bad input', () => {
  it('is answered with a Status, and meets no bug', () => {
    const random = seededRandom('kube-wire-fuzz')
    const { ask, bugs, cluster, advance } = wireWorld()
    const codes = new Map<number, number>()
    for (const [path, object] of present) {
      const headers = { 'content-type': 'application/json' }
      expect(ask('POST', path, { body: JSON.stringify(object), headers }).code, path).toBe(201)
    }
    const from = <Value>(list: readonly Value[]): Value =>
      list[whole(random, 0, list.length - 1)] as Value
    for (let round = 0; round < rounds; round += 1) {
      const isNear = whole(random, 0, 2) > 0
      const [method, path, type] = isNear
        ? from(writes)
        : ([from(methods), from([...paths, ...oddPaths]), from(types)] as const)
      const url = whole(random, 0, isNear ? 4 : 1) === 0 ? `${path}?${from(queries)}` : path
      const accept = isNear ? 'application/json' : from(accepts)
      const headers = { 'content-type': type, accept }
      const seen = ask(method, url, { body: body(random, objectAt(path)), headers })
      if (seen.code !== 0) check(seen, `${method} ${url} ${headers['content-type']}`)
      codes.set(seen.code, (codes.get(seen.code) ?? 0) + 1)
      seen.close()
      if (round % 50 === 0) advance(1000)
    }
    expect(bugs).toEqual([])
    for (const code of expected) expect([...codes.keys()]).toContain(code)
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(cluster.store.list('Namespace').length).toBeGreaterThan(0)
    expect(ask('GET', '/readyz').code).toBe(200)
  })
})
