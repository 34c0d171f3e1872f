import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  clientOf,
  type KubeServer,
  kubeServer,
  sendJson,
  sendStatus,
} from '../../test/kube-server.ts'
import type { RegroupError } from '../world/failure.ts'
import { LapsedRights } from './lapsed-rights.ts'

const subject = { verb: 'update', kind: 'Lease', namespace: 'kube-system' } as const

describe('a right that is missing', () => {
  it('passes for a minute when it was there before', () => {
    const rights = new LapsedRights()
    rights.noteAllowed(subject)
    expect([0, 59_999, 60_000].map((atMs) => rights.isPassing(subject, atMs))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('has a minute again after it was back', () => {
    const rights = new LapsedRights()
    rights.noteAllowed(subject)
    rights.isPassing(subject, 0)
    rights.noteAllowed(subject)
    expect(rights.isPassing(subject, 100_000)).toBe(true)
  })

  it.each([
    { ...subject, verb: 'create' },
    { ...subject, namespace: 'default' },
    { ...subject, kind: 'Pod', subresource: 'eviction' },
  ] as const)('does not pass when only a similar one was there: %o', (other) => {
    const rights = new LapsedRights()
    rights.noteAllowed(subject)
    expect(rights.isPassing(other, 0)).toBe(false)
  })
})

describe('a client', () => {
  let server: KubeServer
  let isForbidden = false
  const message =
    'configmaps "a" is forbidden: User "jane" cannot get resource "configmaps" in API group "" in the namespace "x"'

  beforeAll(async () => {
    server = await kubeServer((_, answer) => {
      if (isForbidden) sendStatus(answer, 403, { reason: 'Forbidden', message })
      else sendJson(answer, 200, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
    })
  })
  afterAll(() => server.close())

  async function failureOf(client: ReturnType<typeof clientOf>['client']): Promise<RegroupError> {
    isForbidden = true
    try {
      return await client.get('ConfigMap', { namespace: 'x', name: 'a' }).then(
        () => Promise.reject(new TypeError('it was allowed')),
        (error: unknown) => error as RegroupError,
      )
    } finally {
      isForbidden = false
    }
  }

  it('tries again what it may do, and says why', async () => {
    const { client } = clientOf(server.url)
    await client.get('ConfigMap', { namespace: 'x', name: 'a' })
    const failure = await failureOf(client)
    expect(failure).toMatchObject({ code: 'unavailable', retry: 'backoff' })
    expect(failure.message).toContain('it was allowed before')
  })

  it('gives up at once what it never could', async () => {
    const { client } = clientOf(server.url)
    const failure = await failureOf(client)
    expect(failure).toMatchObject({ code: 'forbidden', retry: 'never' })
  })
})
