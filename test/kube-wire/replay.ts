/** Replays one recorded case against a fresh cluster. */

import { readFileSync } from 'node:fs'
import { readObject } from '../../src/twin/wire/kube/protobuf/envelope.ts'
import { prepareNeeds } from './needs.ts'
import { type Bindings, differences } from './unify.ts'
import { type Asked, type Seen, textOf, type WireWorld, wireWorld } from './wire-world.ts'

/** A request of a case. */
export interface CaseRequest {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly code?: number
}

/** A recorded case. */
export interface Case {
  readonly id: string
  readonly title: string
  readonly needs?: string
  readonly given?: readonly unknown[]
  readonly before?: readonly CaseRequest[]
  readonly request: CaseRequest
  readonly during?: readonly CaseRequest[]
  readonly response: {
    readonly code: number
    readonly headers?: Readonly<Record<string, unknown>>
    readonly body?: unknown
  }
  readonly after?: readonly { readonly request: CaseRequest; readonly response: Case['response'] }[]
}

/** All cases, recorded from kube-apiserver 1.35.4. */
export const cases = ['answers', 'changes'].flatMap((part) => {
  const url = new URL(`../data/kube-transcripts-${part}.json`, import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as { rows: readonly Case[] }).rows
})

interface Replay {
  readonly world: WireWorld
  /** Object or list last returned. */
  last: unknown
  readonly byName: Map<string, unknown>
  readonly bindings: Bindings
  /** Version of a list that was made before the last change. */
  exactVersion: string
}

/** Differences between the twin's answers and the recorded ones. */
export function replay(one: Case): string[] {
  const world = wireWorld()
  const state: Replay = {
    world,
    last: undefined,
    byName: new Map(),
    bindings: { uids: new Map(), versions: new Map() },
    exactVersion: '',
  }
  for (const name of ['wire', 'wire-b']) {
    send(state, { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } })
  }
  world.advance(100)
  state.exactVersion = prepareNeeds(one, world, (request) => send(state, request))
  for (const object of one.given ?? []) {
    const { code, path } = createPath(object)
    const seen = send(state, { method: 'POST', path, body: object })
    if (seen.code !== code) return [`given: ${seen.code} ${textOf(seen).slice(0, 300)}`]
  }
  for (const request of one.before ?? []) {
    const seen = send(state, request)
    if (request.code !== undefined && seen.code !== request.code) {
      return [
        `before ${request.method} ${request.path}: ${seen.code} ${textOf(seen).slice(0, 300)}`,
      ]
    }
    if (/customresourcedefinitions/.test(request.path)) world.advance(100)
  }
  const isManaged = /^(?:SSA|MF|CR-ssa)/.test(one.id)
  const bare = one.needs === 'no client certificate' && one.request.headers === undefined
  const seen = send(state, bare ? { ...one.request, headers: { Authorization: '' } } : one.request)
  for (const request of one.during ?? []) send(state, request)
  if (seen.isOpen) world.advance(70_000)
  const found = compareAnswer(state, one, seen, isManaged)
  for (const { request, response } of one.after ?? []) {
    const later = send(state, request)
    found.push(...compareAnswer(state, { ...one, request, response }, later, isManaged))
  }
  found.push(...world.bugs.map((bug) => `bug: ${(bug as Error).stack ?? String(bug)}`))
  return found
}

const plurals: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  IngressClass: 'ingressclasses',
  NetworkPolicy: 'networkpolicies',
  PriorityClass: 'priorityclasses',
  StorageClass: 'storageclasses',
  Endpoints: 'endpoints',
}
const clusterKinds = new Set(
  'Node Namespace PersistentVolume StorageClass PriorityClass ClusterRole ClusterRoleBinding CSINode'
    .split(' ')
    .concat('CustomResourceDefinition CSIDriver VolumeAttachment'.split(' '))
    .concat('ValidatingWebhookConfiguration MutatingWebhookConfiguration'.split(' ')),
)

function createPath(object: unknown): { path: string; code: number } {
  const { apiVersion, kind, metadata } = object as {
    apiVersion: string
    kind: string
    metadata: { namespace?: string }
  }
  const plural = plurals[kind] ?? (/[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`)
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const namespace = clusterKinds.has(kind) ? '' : `/namespaces/${metadata.namespace ?? 'wire'}`
  return { path: `${root}${namespace}/${plural.toLowerCase()}`, code: 201 }
}

/** Sends a request with its placeholders filled in. */
function send(state: Replay, request: CaseRequest): Seen {
  const asked: Asked = {
    ...(request.body === undefined ? {} : { body: bodyOf(state, request) }),
    headers: {
      ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
      ...(request.accept === undefined ? {} : { accept: request.accept }),
      ...request.headers,
    },
  }
  const seen = state.world.ask(request.method, filled(state, request.path), asked)
  remember(state, seen)
  return seen
}

function bodyOf(state: Replay, { body }: CaseRequest): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return filled(state, text)
    .replace(/<(\d+) times (\w)>/g, (_, count: string, letter: string) =>
      letter.repeat(Number(count)),
    )
    .replace(/<(\d+) operations>/, (_, count: string) =>
      JSON.stringify(
        Array.from({ length: Number(count) }, () => ({
          op: 'test',
          path: '/kind',
          value: 'ConfigMap',
        })),
      ),
    )
    .replace(/<uid:(\d)>/g, '00000000-0000-0000-0000-00000000000$1')
}

function filled(state: Replay, text: string): string {
  const metadata = (value: unknown): Record<string, string> =>
    ((value as { metadata?: Record<string, string> } | undefined)?.metadata ?? {}) as Record<
      string,
      string
    >
  return text
    .replace(
      /\{rv:([\w.-]+)\}/g,
      (_, name: string) => metadata(state.byName.get(name)).resourceVersion ?? '',
    )
    .replace(/\{rv\}/g, () => metadata(state.last).resourceVersion ?? '')
    .replace(/\{uid\}/g, () => metadata(state.last).uid ?? '')
    .replace(/\{continue\}|<continue:1>/g, () => metadata(state.last).continue ?? '')
    .replace(/<rv:4>/g, () => state.exactVersion)
}

function remember(state: Replay, seen: Seen): void {
  if (!String(seen.headers['content-type'] ?? '').startsWith('application/json')) return
  try {
    const value = JSON.parse(textOf(seen)) as { kind?: string; metadata?: { name?: string } }
    const isFailed = value.kind === 'Status'
    const isToken = (value.metadata as { continue?: string } | undefined)?.continue !== undefined
    if (isFailed && !isToken) return
    state.last = value
    if (value.metadata?.name !== undefined) state.byName.set(value.metadata.name, value)
  } catch {
    // A stream is no single object.
  }
}

function compareAnswer(state: Replay, one: Case, seen: Seen, isManaged: boolean): string[] {
  const { body, code, headers } = one.response
  const found = seen.code === code ? [] : [`code: expected ${code} got ${seen.code}`]
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (name === 'content-type' || name === 'warning' || name === 'retry-after') {
      found.push(...differences(value, seen.headers[name], state.bindings, `header ${name}`))
    }
  }
  if (body === undefined || seen.code === 304) return found
  const actual = actualBody(body, seen, isManaged)
  const [wanted, got] = isBinary(body) ? [sizesOf(body), sizesOf(actual)] : [body, actual]
  return [...found, ...differences(wanted, got, state.bindings)]
}

function isBinary(body: unknown): boolean {
  return typeof body === 'object' && body !== null && '$protobufBase64' in body
}

/** Binary answers without what differs from run to run: uids, versions and times. */
function sizesOf(body: unknown): unknown {
  const { $protobufBase64: value } = body as { $protobufBase64: string | Buffer }
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : value
  const frames: unknown[] = []
  if (bytes.subarray(0, 4).toString('latin1') === 'k8s\0') frames.push(stable(readObject(bytes)))
  for (let at = 0; frames.length === 0 || at < bytes.length; ) {
    if (bytes.subarray(0, 4).toString('latin1') === 'k8s\0') break
    const length = bytes.readUInt32BE(at)
    const frame = bytes.subarray(at + 4, at + 4 + length)
    frames.push(stable(readObject(frame.subarray(frame.indexOf('k8s\0')))))
    at += 4 + length
  }
  return frames
}

function stable(object: Record<string, unknown>): unknown {
  const text = JSON.stringify(object)
    .replace(/"uid":"[^"]*"/g, '"uid":""')
    .replace(/"resourceVersion":"[^"]*"/g, '"resourceVersion":""')
    .replace(/\d{4}-\d\d-\d\dT[0-9:]*Z/g, '')
  return JSON.parse(text)
}

function actualBody(expected: unknown, seen: Seen, isManaged: boolean): unknown {
  if (typeof expected === 'object' && expected !== null && '$protobufBase64' in expected) {
    return { $protobufBase64: Buffer.concat(seen.chunks.map((one) => Buffer.from(one))) }
  }
  const text = textOf(seen)
  if (typeof expected === 'string') return text
  const clean = (value: unknown): unknown => (isManaged ? value : withoutManagers(value))
  if (Array.isArray(expected)) {
    const lines = text.split('\n').filter(Boolean)
    return lines.map((line) => clean(JSON.parse(line)))
  }
  try {
    return clean(JSON.parse(text))
  } catch {
    const [first = ''] = text.split('\n')
    return text === '' ? '' : clean(safeParse(first))
  }
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function withoutManagers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutManagers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'managedFields')
      .map(([name, one]) => [name, withoutManagers(one)]),
  )
}
