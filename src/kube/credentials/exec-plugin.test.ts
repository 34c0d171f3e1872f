import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HeldClock } from '../../../test/held-clock.ts'
import { nextTurn } from '../../world/turn.ts'
import { type ExecPlugin, execCredentials } from './exec-plugin.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exec-plugin-'))
})

afterAll(() => rm(folder, { recursive: true }))

let count = 0

/** A plugin that runs the given lines of shell; each run adds a line to `runs`. */
async function plugin(
  script: string,
  options: Partial<ExecPlugin> & { isInteractive?: boolean } = {},
) {
  count += 1
  const name = `plugin-${count}`
  const runs = join(folder, `${name}.runs`)
  await writeFile(join(folder, name), `#!/bin/sh\necho run >> '${runs}'\n${script}\n`)
  await chmod(join(folder, name), 0o755)
  const { isInteractive = false, ...rest } = options
  const clock = new HeldClock()
  const credentials = execCredentials(
    {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: `./${name}`,
      args: ['get-token', '--cluster', 'a b'],
      env: { REGION: 'eu-west-1' },
      interactiveMode: 'Never',
      folder,
      ...rest,
    },
    { clock, env: { PATH: process.env.PATH, FROM: 'outside' }, isInteractive },
  )
  const runCount = async (): Promise<number> =>
    (await readFile(runs, 'utf8').catch(() => '')).split('\n').length - 1
  return { clock, credentials, runCount }
}

function output(status: object, apiVersion = 'client.authentication.k8s.io/v1'): string {
  return `echo '${JSON.stringify({ apiVersion, kind: 'ExecCredential', status })}'`
}

async function tokenOf(credentials: ReturnType<typeof execCredentials>): Promise<string> {
  return (await credentials.current()).authorization?.reveal() ?? ''
}

it('gives the token, asked for once by calls at once, and kept until a minute before its end', async () => {
  const expirationTimestamp = '2026-09-01T08:15:00Z'
  const { clock, credentials, runCount } = await plugin(output({ token: 't', expirationTimestamp }))
  const tokens = await Promise.all([1, 2, 3].map(() => tokenOf(credentials)))
  expect(tokens).toEqual(['Bearer t', 'Bearer t', 'Bearer t'])
  expect(await runCount()).toBe(1)
  clock.advance(13 * 60_000)
  await tokenOf(credentials)
  expect(await runCount()).toBe(1)
  clock.advance(61_000)
  await tokenOf(credentials)
  expect(await runCount()).toBe(2)
})

it('without an end it is kept until the server refuses it', async () => {
  const { clock, credentials, runCount } = await plugin(output({ token: 't' }))
  const first = await credentials.current()
  clock.advance(7 * 24 * 3_600_000)
  expect(await credentials.current()).toBe(first)
  expect(credentials.renew(first)).toBe(true)
  await credentials.current()
  expect(await runCount()).toBe(2)
})

it('gets its arguments, its environment, and what it may know of the cluster', async () => {
  const script = `
printf '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"%s"}}' \\
  "$#|$3|$REGION|$FROM|$(printf %s "$KUBERNETES_EXEC_INFO" | tr '"' "'")"`
  const { credentials } = await plugin(script, {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    interactiveMode: 'IfAvailable',
    cluster: { server: 'https://kube.test' },
  })
  const [argumentCount, third, region, from, info = ''] = (await tokenOf(credentials)).split('|')
  expect([argumentCount, third, region, from]).toEqual(['Bearer 3', 'a b', 'eu-west-1', 'outside'])
  expect(JSON.parse(info.replaceAll("'", '"'))).toEqual({
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    kind: 'ExecCredential',
    spec: { cluster: { server: 'https://kube.test' }, interactive: false },
  })
})

it('may give a client certificate', async () => {
  const status = { clientCertificateData: 'CERT', clientKeyData: 'KEY' }
  const { credentials } = await plugin(output(status))
  const { authorization, certificate } = await credentials.current()
  expect(authorization).toBeUndefined()
  expect(certificate?.certificatePem.reveal()).toBe('CERT')
  expect(certificate?.keyPem.reveal()).toBe('KEY')
})

it('while a renewal fails, the old token serves to its end', async () => {
  const expirationTimestamp = '2026-09-01T08:15:00Z'
  const marker = join(folder, 'has-run')
  const script = `[ -e '${marker}' ] && exit 1\ntouch '${marker}'\n${output({ token: 't', expirationTimestamp })}`
  const { clock, credentials } = await plugin(script)
  expect(await tokenOf(credentials)).toBe('Bearer t')
  clock.advance(14.5 * 60_000)
  expect(await tokenOf(credentials)).toBe('Bearer t')
  clock.advance(60_000)
  await expect(tokenOf(credentials)).rejects.toMatchObject({ code: 'unauthenticated' })
})

it.each([
  ['no JSON', 'echo hello', 'its output is no JSON'],
  ['something else', 'echo 7', 'no ExecCredential'],
  [
    'another version',
    output({ token: 't' }, 'client.authentication.k8s.io/v1beta1'),
    'the kubeconfig says',
  ],
  ['nothing in it', output({}), 'neither a token nor a client certificate'],
  ['an exit code', 'echo "no profile" >&2; exit 3', 'it ended with 3: no profile'],
  [
    'a secret on standard error',
    'echo "token: k8s-aws-v1.abcdef" >&2; exit 3',
    /it ended with 3: (?!.*abcdef)/,
  ],
])('%s is a failure that names the plugin', async (_, script, why) => {
  const { credentials } = await plugin(script)
  await expect(credentials.current()).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(credentials.current()).rejects.toThrow(/^credential plugin \.\/plugin-\d+: /)
  await expect(credentials.current()).rejects.toThrow(why)
})

it('one that is not installed says how to install it', async () => {
  const hinted = await plugin('', { command: 'no-such-plugin', installHint: 'Run: brew install x' })
  await expect(hinted.credentials.current()).rejects.toThrow('not found; Run: brew install x')
  const { credentials } = await plugin('', { command: './no-such-plugin' })
  await expect(credentials.current()).rejects.toThrow('it was not found; install it')
})

it('one that must ask a person fails where there is none', async () => {
  const { credentials, runCount } = await plugin(output({ token: 't' }), {
    interactiveMode: 'Always',
  })
  await expect(credentials.current()).rejects.toThrow('standard input is no terminal')
  expect(await runCount()).toBe(0)
})

it('one that does not come back is ended', async () => {
  const { clock, credentials, runCount } = await plugin('exec sleep 60')
  const failed = expect(credentials.current()).rejects.toThrow('no answer within 60 s')
  while ((await runCount()) === 0) await nextTurn()
  clock.advance(60_000)
  await failed
})
