/** What kubectl and cluster-autoscaler sent when recorded: protobuf bodies, all calls of an autoscaler's life. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readObject, sealEnvelope } from '../../src/twin/wire/kube/protobuf/envelope.ts'
import { writeMessage } from '../../src/twin/wire/kube/protobuf/write-message.ts'
import { splitApiVersion, structNameOf } from '../../src/twin/wire/kube/resources/resource.ts'
import { type Seen, textOf, type WireWorld, wireWorld } from './wire-world.ts'

interface RecordedBody {
  readonly kind: string
  readonly client: string
  readonly path: string
  readonly json: unknown
  readonly protobufBase64: string
}

interface RecordedCall {
  readonly method: string
  readonly path: string
  readonly accept: string
  readonly status: number
  readonly responseType: string
  readonly body?: { readonly kind: string; readonly apiVersion: string } & Readonly<
    Record<string, unknown>
  >
}

function rowsOf<Row>(name: string): readonly Row[] {
  const url = new URL(`../data/${name}.json`, import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as { readonly rows: readonly Row[] }).rows
}

const bodies = rowsOf<RecordedBody>('protobuf-requests')
const calls = rowsOf<RecordedCall>('autoscaler-calls')

/** Protobuf does not tell an empty member from an absent one. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([key, member]) => [key, withoutEmpty(member)] as const)
    .filter(([, member]) => !isEmpty(member))
  return Object.fromEntries(entries)
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return value === null || value === '' || value === 0 || value === false
}

describe('protobuf bodies', () => {
  it.each(bodies)('$client sends a $kind', ({ json, protobufBase64 }) => {
    const read = readObject(Buffer.from(protobufBase64, 'base64'))
    expect(withoutEmpty(read)).toEqual(withoutEmpty(json))
  })
})

function post(world: WireWorld, path: string, object: unknown): void {
  const body = JSON.stringify(object)
  const seen = world.ask('POST', path, { body, headers: { 'content-type': 'application/json' } })
  if (seen.code !== 201) throw new TypeError(textOf(seen))
}

/** A node with the two pods that the autoscaler evicts from it. */
function clusterWithNode(): WireWorld {
  const world = wireWorld()
  post(world, '/api/v1/namespaces', { metadata: { name: 'shop' } })
  // Its service account is there a moment later.
  world.advance(100)
  post(world, '/api/v1/nodes', { metadata: { name: 'n1' }, spec: {} })
  const pods = [
    { namespace: 'shop', name: 'web-6c44567ff7-rs5n8' },
    { namespace: 'kube-system', name: 'relay-q9skj' },
  ]
  for (const metadata of pods) {
    const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i:1' }] }
    post(world, `/api/v1/namespaces/${metadata.namespace}/pods`, { metadata, spec })
  }
  return world
}

/** The recorded body as the client would send it to this cluster: with the ids and versions that are here. */
function bodyFor(world: WireWorld, { body, method, path }: RecordedCall): Buffer | undefined {
  if (body === undefined) return undefined
  const { '<rest>': _, ...told } = body
  const sent = method === 'PUT' ? { ...objectAt(world, path), ...fitted(told) } : fitted(told)
  const { group, version } = splitApiVersion(body.apiVersion)
  const struct =
    body.kind === 'DeleteOptions'
      ? 'meta.v1.DeleteOptions'
      : (structNameOf(group, version, body.kind) ?? structNameOf(group, 'v1', body.kind))
  if (struct === undefined) throw new TypeError(`no struct for ${body.kind}`)
  const { apiVersion, kind, ...members } = sent as Record<string, unknown>
  if (method === 'PUT') members.metadata = objectAt(world, path).metadata
  return sealEnvelope({ ...body, raw: writeMessage(struct, members as never) })
}

function fitted(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value).replaceAll('"<uid>"', '""')) as Record<string, unknown>
}

function objectAt(world: WireWorld, path: string): Record<string, unknown> {
  return JSON.parse(textOf(world.ask('GET', path))) as Record<string, unknown>
}

describe('a life of cluster-autoscaler', () => {
  const world = clusterWithNode()
  const watches: Seen[] = []

  it.each(calls)('$method $path: $status', (call) => {
    const body = bodyFor(world, call)
    const seen = world.ask(call.method, call.path, {
      headers: {
        accept: call.accept,
        ...(body === undefined ? {} : { 'content-type': 'application/vnd.kubernetes.protobuf' }),
      },
      ...(body === undefined ? {} : { body }),
    })
    expect(seen.code, textOf(seen).slice(0, 400)).toBe(call.status)
    const isWatch = call.path.includes('watch=true')
    if (isWatch) watches.push(seen)
    expect(seen.isOpen).toBe(isWatch)
    // What a kubelet does when the pod has ended.
    const pod = /^(.*)\/eviction$/.exec(call.path)?.[1]
    if (pod !== undefined) world.ask('DELETE', `${pod}?gracePeriodSeconds=0`)
  })

  it('every watch has told the end of its initial events, without which it would wait for ever', () => {
    world.advance(1000)
    expect(watches).toHaveLength(22)
    for (const watch of watches) expect(textOf(watch)).toContain('k8s.io/initial-events-end')
    expect(world.bugs).toEqual([])
  })
})
