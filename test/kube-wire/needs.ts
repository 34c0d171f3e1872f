/** Worlds that recorded cases need besides the objects they spell out. */

import type { KubeObject } from '../../src/world/kube-objects.ts'
import { type Case, type CaseRequest, cases } from './replay.ts'
import type { Seen, WireWorld } from './wire-world.ts'

type Send = (request: CaseRequest) => Seen

/** Makes the world of a case; gives back the version before the last change. */
export function prepareNeeds(one: Case, world: WireWorld, send: Send): string {
  let version = ''
  const needs = one.needs ?? ''
  if (/WATCH-(?:old|410-old|table-old)/.test(one.id)) ageStore(world)
  if (needs.startsWith('five Secrets')) for (let i = 0; i < 5; i += 1) secret(send, i, { x: '1' })
  if (needs.startsWith('Secrets s0..s3')) {
    for (let i = 0; i < 4; i += 1) secret(send, i)
    version = String(world.cluster.store.resourceVersion)
    send({ method: 'GET', path: '/api/v1/namespaces/wire/secrets?limit=1' })
    const isChanged = needs.includes('then s3 patched') || needs.includes('then s3 patche')
    if (isChanged) {
      world.ask('PATCH', '/api/v1/namespaces/wire/secrets/s3', {
        body: '{"data":{"x":"MQ=="}}',
        headers: { 'content-type': 'application/merge-patch+json' },
      })
    }
    if (needs.includes('compacted')) ageStore(world)
    if (one.id === 'PAGE-expired-fresh') {
      send({ method: 'GET', path: '/api/v1/namespaces/wire/secrets?limit=2&continue={continue}' })
    }
  }
  const isSecond = one.id === 'CRD-conflict-names'
  if (isSecond || needs.includes('CustomResourceDefinition of case CRD-create')) {
    const definition = cases.find(({ id }) => id === 'CRD-create')
    if (definition !== undefined) send(definition.request)
    world.advance(100)
  }
  if (needs.startsWith('a Namespace dying')) {
    send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'dying' } } })
    send({ method: 'DELETE', path: '/api/v1/namespaces/dying' })
  }
  return version
}

function secret(send: Send, index: number, labels?: Readonly<Record<string, string>>): void {
  const metadata = { name: `s${index}`, ...(labels === undefined ? {} : { labels }) }
  send({ method: 'POST', path: '/api/v1/namespaces/wire/secrets', body: { metadata } })
}

/** Makes so many changes that everything before them is forgotten. */
function ageStore({ cluster }: WireWorld): void {
  const { store } = cluster
  store.create('ConfigMap', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'busy', namespace: 'default' },
  })
  for (let count = 0; count < 8100; count += 1) {
    const object = store.get('ConfigMap', 'default', 'busy') as KubeObject & { kind: 'ConfigMap' }
    store.replace('ConfigMap', { ...object, data: { count: String(count) } })
  }
}
