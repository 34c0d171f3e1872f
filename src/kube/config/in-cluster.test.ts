import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HeldClock } from '../../../test/held-clock.ts'
import { inClusterConnection } from './in-cluster.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'account-'))
  await writeFile(join(folder, 'ca.crt'), 'PEM')
  await writeFile(join(folder, 'namespace'), 'regroup\n')
  await writeFile(join(folder, 'token'), 'one')
})

afterEach(() => rm(folder, { recursive: true }))

const env = { KUBERNETES_SERVICE_HOST: '172.20.0.1', KUBERNETES_SERVICE_PORT: '443' }

it('takes server, authority and namespace, and reads the token again every minute', async () => {
  const clock = new HeldClock()
  const { credentials, endpoint, namespace } = await inClusterConnection({ clock, env, folder })
  expect(endpoint).toMatchObject({ caPem: 'PEM', isTlsVerified: true, name: 'in-cluster' })
  expect(endpoint.server.href).toBe('https://172.20.0.1/')
  expect(namespace).toBe('regroup')
  expect((await credentials.current()).authorization?.reveal()).toBe('Bearer one')
  await writeFile(join(folder, 'token'), 'two')
  clock.advance(60_001)
  expect((await credentials.current()).authorization?.reveal()).toBe('Bearer two')
})

it('knows addresses of version 6', async () => {
  const host = { ...env, KUBERNETES_SERVICE_HOST: 'fd00::1' }
  const { endpoint } = await inClusterConnection({ clock: new HeldClock(), env: host, folder })
  expect(endpoint.server.href).toBe('https://[fd00::1]/')
})

it('outside of a pod it says so', async () => {
  const told = inClusterConnection({ clock: new HeldClock(), env: {}, folder })
  await expect(told).rejects.toThrow('this is no pod')
})

it('without a service account it says so', async () => {
  await rm(join(folder, 'ca.crt'))
  const told = inClusterConnection({ clock: new HeldClock(), env, folder })
  await expect(told).rejects.toThrow('automountServiceAccountToken')
})

it('an empty token is no token', async () => {
  await writeFile(join(folder, 'token'), ' \n')
  const { credentials } = await inClusterConnection({ clock: new HeldClock(), env, folder })
  await expect(credentials.current()).rejects.toMatchObject({ code: 'unauthenticated' })
})
