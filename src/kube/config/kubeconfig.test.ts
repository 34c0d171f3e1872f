import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { HeldClock } from '../../../test/held-clock.ts'
import { pem } from '../../../test/kube-server.ts'
import { connectionOf, type KubeConnection } from './connection.ts'
import { type KubeconfigSource, loadKubeconfig } from './load.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
})

afterAll(() => rm(folder, { recursive: true }))

let fileCount = 0

async function fileOf(content: unknown): Promise<string> {
  fileCount += 1
  const path = join(folder, `config-${fileCount}`)
  await writeFile(path, typeof content === 'string' ? content : stringify(content))
  return path
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** One context `prod`; the parts can be changed. */
function whole(
  parts: { cluster?: object; user?: object; context?: object } = {},
): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod',
    clusters: [{ name: 'c', cluster: { server: 'https://kube.test:6443', ...parts.cluster } }],
    users: [{ name: 'u', user: { ...parts.user } }],
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u', ...parts.context } }],
  }
}

async function connect(
  content: unknown,
  options: { env?: Record<string, string>; context?: string; clock?: HeldClock } = {},
): Promise<KubeConnection> {
  const config = await loadKubeconfig({ path: await fileOf(content), env: {} })
  const { clock = new HeldClock(), context, env = {} } = options
  return connectionOf(config, { clock, env, isInteractive: false }, context)
}

async function authorizationOf(connection: KubeConnection): Promise<string | undefined> {
  return (await connection.credentials.current()).authorization?.reveal()
}

describe('files', () => {
  const loaded = (source: KubeconfigSource) => loadKubeconfig(source)

  it('the first one that names something wins; the current context too', async () => {
    const first = await fileOf({
      clusters: [{ name: 'c', cluster: { server: 'https://first' } }],
      users: [{ name: 'u', user: { token: 'first' } }],
    })
    const second = await fileOf({
      ...whole({ user: { token: 'second' }, context: { namespace: 'shop' } }),
      clusters: [
        { name: 'c', cluster: { server: 'https://second' } },
        { name: 'd', cluster: { server: 'https://d' } },
      ],
    })
    const third = await fileOf({ ...whole(), 'current-context': 'other' })
    const missing = join(folder, 'not-there')
    const list = [first, missing, '', second, third, first].join(delimiter)
    const config = await loaded({ env: { KUBECONFIG: list } })
    expect(config.files).toEqual([first, second, third])
    expect(config.currentContext).toBe('prod')
    expect([...config.clusters.keys()]).toEqual(['c', 'd'])
    const surroundings = { clock: new HeldClock(), env: {}, isInteractive: false }
    const connection = await connectionOf(config, surroundings)
    expect(connection.endpoint.server.href).toBe('https://first/')
    expect(connection.namespace).toBe('shop')
    expect(await authorizationOf(connection)).toBe('Bearer first')
  })

  it('without KUBECONFIG it is ~/.kube/config, and no file is an empty configuration', async () => {
    const config = await loaded({ env: { HOME: folder } })
    expect(config.files).toEqual([])
    const surroundings = { clock: new HeldClock(), env: {}, isInteractive: false }
    await expect(connectionOf(config, surroundings)).rejects.toThrow('no context is chosen')
  })

  it('the one that is named must exist', async () => {
    const path = join(folder, 'not-there')
    await expect(loaded({ path, env: {} })).rejects.toThrow(`kubeconfig ${path}: it cannot be read`)
  })

  it.each(['', '{}', 'clusters: null\nusers:\ncontexts: []\n', '# nothing\n'])(
    'an empty one is fine: %j',
    async (text) => {
      const config = await loaded({ path: await fileOf(text), env: {} })
      expect(config.contexts.size).toBe(0)
    },
  )

  it('bad YAML is told by place, not by content', async () => {
    const text = 'users:\n- name: u\n  user: {token: "hush-hush\n'
    const failure = loaded({ path: await fileOf(text), env: {} })
    await expect(failure).rejects.toThrow(/it is no YAML \([A-Z_]+ in line \d+, column \d+\)/)
    await expect(failure).rejects.toThrow(expect.not.stringContaining('hush'))
  })

  it.each([
    ['a list', '- a\n'],
    ['a text', 'just text\n'],
    ['a cluster without a name', 'clusters: [{cluster: {server: x}}]\n'],
    ['a number as token', 'users: [{name: u, user: {token: 7}}]\n'],
    [
      'aliases without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: [${'*b,'.repeat(30)}]\n`,
    ],
  ])('%s is refused', async (_, text) => {
    const path = await fileOf(text)
    await expect(loaded({ path, env: {} })).rejects.toMatchObject({
      code: 'invalid',
      retry: 'never',
      message: expect.stringContaining(`kubeconfig ${path}: `),
    })
  })
})

describe('contexts', () => {
  it('one that is not there names those that are', async () => {
    const told = connect(whole(), { context: 'prd' })
    await expect(told).rejects.toThrow(/context prd: there is no such context; name one of: prod$/)
  })

  it('of no file, and of a file without any, are told apart', async () => {
    const nothing = loadKubeconfig({ env: {} })
    const surroundings = { clock: new HeldClock(), env: {}, isInteractive: false }
    await expect(connectionOf(await nothing, surroundings, 'prd')).rejects.toThrow(
      'kubeconfig, context prd: there is no kubeconfig; name a file with --kubeconfig or KUBECONFIG',
    )
    await expect(connect({}, { context: 'prd' })).rejects.toThrow(
      /kubeconfig \/.*, context prd: it has no context at all; name a file/,
    )
  })

  it.each([
    ['cluster', { cluster: 'x' }, 'it refers to cluster x, which is not there'],
    ['user', { user: 'x' }, 'it refers to user x, which is not there'],
  ])('a %s that is not there', async (_, context, why) => {
    await expect(connect(whole({ context }))).rejects.toThrow(why)
  })

  it('without a user it is anonymous', async () => {
    const connection = await connect(whole({ context: { user: '' } }))
    expect(await connection.credentials.current()).toEqual({})
  })
})

describe('clusters', () => {
  const caPem = pem('ca.crt')

  it('authority, server name and namespace', async () => {
    const cluster = { 'certificate-authority-data': base64(caPem), 'tls-server-name': 'kube.test' }
    const { endpoint } = await connect(whole({ cluster }))
    expect(endpoint).toMatchObject({ name: 'prod', caPem, tlsServerName: 'kube.test' })
    expect(endpoint.isTlsVerified).toBe(true)
  })

  it('a relative authority file starts at the folder of its kubeconfig', async () => {
    await writeFile(join(folder, 'authority.crt'), caPem)
    const { endpoint } = await connect(
      whole({ cluster: { 'certificate-authority': 'authority.crt' } }),
    )
    expect(endpoint.caPem).toBe(caPem)
  })

  it.each([
    ['no server', { server: '' }, 'the server is no http(s) URL'],
    ['a server that is no URL', { server: 'ftp://x' }, 'the server is no http(s) URL'],
    ['an authority file that is missing', { 'certificate-authority': 'nope.crt' }, 'ENOENT'],
    ['authority data that is no PEM', { 'certificate-authority-data': base64('x') }, 'no PEM text'],
    [
      'an authority that is not to be looked at',
      { 'certificate-authority-data': base64(caPem), 'insecure-skip-tls-verify': true },
      'remove one of them',
    ],
    ['a proxy of no known kind', { 'proxy-url': 'gopher://x' }, 'no http, https or socks5 URL'],
  ])('%s is refused', async (_, cluster, why) => {
    await expect(connect(whole({ cluster }))).rejects.toThrow(why)
  })

  it('proxy-url wins over the environment', async () => {
    const env = { HTTPS_PROXY: 'http://env:1' }
    const own = await connect(whole({ cluster: { 'proxy-url': 'socks5://own:2' } }), { env })
    expect(own.endpoint.proxyUrl?.reveal()).toBe('socks5://own:2')
    const other = await connect(whole(), { env })
    expect(other.endpoint.proxyUrl?.reveal()).toBe('http://env:1')
  })
})

describe('users', () => {
  it.each([
    ['a token', { token: 'abc' }, 'Bearer abc'],
    ['a password', { username: 'jane', password: 'pa:ss' }, `Basic ${base64('jane:pa:ss')}`],
    [
      'a token beside a plugin',
      { token: 'abc', exec: { apiVersion: 'x', command: 'y' } },
      'Bearer abc',
    ],
  ])('%s', async (_, user, expected) => {
    expect(await authorizationOf(await connect(whole({ user })))).toBe(expected)
  })

  it('a client certificate goes with the token', async () => {
    const user = {
      token: 'abc',
      'client-certificate-data': base64(pem('client.crt')),
      'client-key-data': base64(pem('client.key')),
    }
    const { credentials } = await connect(whole({ user }))
    const { authorization, certificate } = await credentials.current()
    expect(authorization?.reveal()).toBe('Bearer abc')
    expect(certificate?.certificatePem.reveal()).toBe(pem('client.crt'))
    expect(certificate?.keyPem.reveal()).toBe(pem('client.key'))
  })

  it('a token file is read again after a minute, and wins over a token', async () => {
    const file = join(folder, 'token')
    await writeFile(file, 'one\n')
    const clock = new HeldClock()
    const connection = await connect(whole({ user: { token: 'x', tokenFile: 'token' } }), { clock })
    expect(await authorizationOf(connection)).toBe('Bearer one')
    await writeFile(file, 'two\n')
    expect(await authorizationOf(connection)).toBe('Bearer one')
    clock.advance(60_001)
    expect(await authorizationOf(connection)).toBe('Bearer two')
    await rm(file)
    clock.advance(60_001)
    expect(await authorizationOf(connection)).toBe('Bearer two')
  })

  it('impersonation in full', async () => {
    const user = {
      token: 'abc',
      as: 'jane',
      'as-uid': 'u-1',
      'as-groups': ['a', 'b'],
      'as-user-extra': { reason: ['drill'] },
    }
    const { impersonation } = await connect(whole({ user }))
    expect(impersonation).toEqual({
      user: 'jane',
      uid: 'u-1',
      groups: ['a', 'b'],
      extra: { reason: ['drill'] },
    })
  })

  it.each([
    ['a token and a password', { token: 'a', username: 'b', password: 'c' }, 'remove one of them'],
    ['a name without a password', { username: 'b' }, 'add the other'],
    [
      'a certificate without a key',
      { 'client-certificate-data': base64(pem('client.crt')) },
      'no client-key',
    ],
    ['groups without a user to be', { 'as-groups': ['a'] }, 'set "as"'],
    ['an auth-provider', { 'auth-provider': { name: 'gcp' } }, 'use an exec plugin instead'],
    [
      'a plugin of an old protocol',
      { exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x' } },
      'use client.authentication.k8s.io/v1 or',
    ],
    [
      'a v1 plugin without interactiveMode',
      { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'x' } },
      'set it to Never',
    ],
  ])('%s is refused, with file, context and remedy', async (_, user, remedy) => {
    const told = connect(whole({ user }))
    await expect(told).rejects.toThrow(/^kubeconfig .*config-\d+, context prod: /)
    await expect(told).rejects.toThrow(remedy)
  })
})
