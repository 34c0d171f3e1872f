/** `regroup twin serve` and `twin env` as a user runs them. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import type { ServedTwin } from '../src/twin/wire/serve.ts'
import { regroup as inThisProcess } from './program.ts'
import { hear } from './served-twin.ts'
import { root } from './sources.ts'
import { authorization } from './wire-world.ts'

const run = promisify(execFile)
const program = `${root}bin/regroup.js`
// A folder with a quote and a blank: its name goes through a shell.
const folder = mkdtempSync(join(tmpdir(), "it's a twin "))
const env = { ...process.env, XDG_RUNTIME_DIR: folder }
let twin: ChildProcess
let served: ServedTwin

/** A further twin; its first line. */
async function serve(...args: readonly string[]): Promise<readonly [ChildProcess, ServedTwin]> {
  const child = spawn('node', [program, 'twin', 'serve', ...args, '--port', '0', '-o', 'json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString()))
  })
  return [child, JSON.parse(line.split('\n')[0] ?? '') as ServedTwin]
}

function stateOf({ pid }: ChildProcess): string {
  return join(folder, 'regroup', `twin-${pid}.json`)
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill(signal)
  return ended
}

beforeAll(async () => {
  ;[twin, served] = await serve('--empty')
})

afterAll(() => {
  twin.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function regroup(
  ...args: readonly string[]
): Promise<{ stdout: string; stderr: string; code: number }> {
  return run('node', [program, ...args], { env }).then(
    ({ stderr, stdout }) => ({ stdout, stderr, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  )
}

describe('twin serve', () => {
  it('says first what a client has to know', async () => {
    expect(Object.keys(served).sort()).toEqual(['aws', 'clusters', 'control'])
    expect(served.aws.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const answer = await hear(`${served.aws.endpoint}/clusters`, {
      headers: { authorization: authorization('eks') },
    })
    expect(answer.body).toBe('{"clusters":[]}')
  })

  it('keeps its token to its user', () => {
    expect(statSync(stateOf(twin)).mode & 0o777).toBe(0o600)
  })

  it('a port in use is a clear error', async () => {
    const { port } = new URL(served.aws.endpoint)
    const { code, stderr } = await regroup('twin', 'serve', '--empty', '--port', port)
    expect(code).toBe(exitCode.error)
    expect(stderr).toContain(`error: port ${port} on 127.0.0.1 is in use by another program`)
  })

  it('starts when the user says', async () => {
    const [child, { control }] = await serve('--empty', '--start-at', '2027-05-06T07:08:09Z')
    const { body } = await hear(`${control.endpoint}/clock`, {
      headers: { authorization: `Bearer ${control.token}` },
    })
    expect(JSON.parse(body)).toMatchObject({ now: '2027-05-06T07:08:09Z' })
    await end(child, 'SIGTERM')
  })

  const wrong = [
    { name: 'no world', args: [], text: 'which world?' },
    { name: 'two worlds', args: ['--empty', '--scenario', 'seed-web-shop'], text: 'which world?' },
    {
      name: 'an unknown scenario',
      args: ['--scenario', 'seed-web-shup'],
      text: 'Did you mean seed-web-shop?',
    },
    {
      name: 'a start that is no time',
      args: ['--empty', '--start-at', '2026-13-01T00:00:00Z'],
      text: '--start-at 2026-13-01T00:00:00Z is not a time',
    },
    {
      name: 'an unknown speed',
      args: ['--empty', '--speed', 'fast'],
      text: '--speed fast is not known',
    },
    { name: 'no port', args: ['--empty', '--port', '99999'], text: '--port 99999 is not a port' },
    { name: 'no Region', args: ['--empty', '--region', '$(id)'], text: 'is not a Region' },
  ]
  it.each(wrong)('$name is wrong usage', async ({ args, text }) => {
    const { code, err } = await inThisProcess('twin', 'serve', ...args)
    expect(code).toBe(exitCode.usage)
    expect(err).toContain(text)
  })
})

/** Files that this process may have open; where the system does not say, few. */
function openFilesMax(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? 1024)
  } catch {
    return 1024
  }
}

/** Peak of the resident memory of the twin; undefined where the system does not say. */
function peakMiB(): number | undefined {
  try {
    const status = readFileSync(`/proc/${twin.pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024
  } catch {
    return undefined
  }
}

// As many as the system lets one process have: where that is less than ten thousand, the title says so.
const connectionCount = Math.min(10_000, openFilesMax() - 500)
it(`${connectionCount} open connections: some are closed, the next client is served`, async () => {
  const { port } = new URL(served.aws.endpoint)
  const sockets: Socket[] = []
  for (let left = connectionCount; left > 0; left -= 500) {
    await Promise.all(
      Array.from({ length: Math.min(left, 500) }, () => {
        const socket = connect(Number(port), '127.0.0.1')
        sockets.push(socket)
        socket.on('error', () => undefined)
        return new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
      }),
    )
  }
  expect(peakMiB() ?? 0).toBeLessThan(200)
  // Those that the twin keeps hold its places until they leave.
  for (const socket of sockets) socket.destroy()
  const answer = (): Promise<number> =>
    hear(`${served.aws.endpoint}/clusters`, {
      headers: { authorization: authorization('eks') },
    }).then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(answer, { timeout: 10_000 }).toBe(200)
  expect(twin.exitCode).toBe(null)
})

describe('a twin that cannot start', () => {
  const notFolder = join(folder, 'a file')
  const wrongWorld = join(folder, 'wrong.yaml')
  beforeAll(() => {
    writeFileSync(notFolder, '')
    writeFileSync(wrongWorld, 'kind: World\nzones: [a\n')
  })
  const serving = ['twin', 'serve', '--port', '0']
  it.each([
    {
      name: 'no place for its files, an empty account',
      args: ['--empty'],
      state: notFolder,
      code: exitCode.error,
      text: 'the twin cannot keep its files in',
    },
    {
      name: 'no place for its kubeconfigs',
      args: ['--scenario', 'starter'],
      state: notFolder,
      code: exitCode.error,
      text: 'Set XDG_RUNTIME_DIR to a folder that you may write to',
    },
    {
      name: 'a scenario with the name of a file',
      args: ['--scenario', '../../etc/passwd'],
      code: exitCode.usage,
      text: 'there is no scenario ../../etc/passwd',
    },
    {
      name: 'a scenario with the name of a prototype',
      args: ['--scenario', '__proto__'],
      code: exitCode.usage,
      text: 'there is no scenario __proto__',
    },
    {
      name: 'a world file with errors',
      args: ['--world', wrongWorld],
      code: exitCode.findings,
      text: 'the world file is wrong; nothing is served',
    },
    {
      name: 'a world file that is not there',
      args: ['--world', join(folder, 'none.yaml')],
      code: exitCode.findings,
      text: 'does not exist',
    },
    {
      name: 'a world that is a folder',
      args: ['--world', folder],
      code: exitCode.findings,
      text: 'is a folder',
    },
    {
      name: 'an address of another machine',
      args: ['--empty', '--listen', '192.0.2.1'],
      code: exitCode.error,
      text: 'cannot listen on 192.0.2.1',
    },
  ])('$name', async ({ args, code, state = folder, text }) => {
    const kept = process.env.XDG_RUNTIME_DIR
    process.env.XDG_RUNTIME_DIR = state
    const said = await inThisProcess(...serving, ...args)
    if (kept === undefined) delete process.env.XDG_RUNTIME_DIR
    else process.env.XDG_RUNTIME_DIR = kept
    expect(said).toMatchObject({ code, out: '' })
    expect(said.err).toContain(text)
    expect(said.err).not.toContain('bug in regroup')
  })
})

describe('twin env', () => {
  it('sets a POSIX shell up', async () => {
    const script = `eval "$(node '${program}' twin env)"; echo "$AWS_ENDPOINT_URL $AWS_REGION $AWS_DEFAULT_REGION $AWS_ACCESS_KEY_ID"`
    const { stdout } = await run('sh', ['-c', script], { env })
    const { accessKeyId, endpoint, region } = served.aws
    expect(stdout).toBe(`${endpoint} ${region} ${region} ${accessKeyId}\n`)
  })

  it('quotes whatever it is given', async () => {
    const region = "x'; touch pwned; '"
    const { stdout } = await regroup(
      'twin',
      'env',
      '--endpoint',
      'http://127.0.0.1:1',
      '--region',
      region,
    )
    const { stdout: echoed } = await run('sh', ['-c', `${stdout}printf %s "$AWS_REGION"`], {
      cwd: folder,
    })
    expect(echoed).toBe(region)
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  /** Endpoint in the lines that are printed. */
  async function found(): Promise<string | undefined> {
    return /AWS_ENDPOINT_URL='([^']*)'/.exec((await regroup('twin', 'env')).stdout)?.[1]
  }

  it('finds the twin that started last, and the one before when that has ended', async () => {
    const [other, { aws }] = await serve('--scenario', 'starter')
    expect(await found()).toBe(aws.endpoint)
    expect(await end(other, 'SIGTERM')).toBe(0)
    expect(await found()).toBe(served.aws.endpoint)
  })

  it('passes over a twin that was killed, whose files the next one takes away', async () => {
    const [killed] = await serve('--scenario', 'starter')
    await end(killed, 'SIGKILL')
    expect(await found()).toBe(served.aws.endpoint)
    const left = [stateOf(killed), join(folder, 'regroup', `kube-${killed.pid}`)]
    expect(left.map(existsSync)).toEqual([true, true])
    const [next] = await serve('--empty')
    expect(left.map(existsSync)).toEqual([false, false])
    await end(next, 'SIGINT')
  })

  it('passes over a file whose process is another program by now', async () => {
    const stranger = { ...served, aws: { ...served.aws, endpoint: 'http://127.0.0.1:1' } }
    const control = { ...served.control, endpoint: 'http://127.0.0.1:1' }
    const path = stateOf(process as unknown as ChildProcess)
    writeFileSync(path, JSON.stringify({ ...stranger, control }))
    expect(await found()).toBe(served.aws.endpoint)
    rmSync(path)
  })

  it('refuses what is no endpoint', async () => {
    expect((await regroup('twin', 'env', '--endpoint', 'ftp://x')).code).toBe(exitCode.usage)
  })
})

it('Ctrl-C ends it cleanly; then there is no twin to be found', async () => {
  expect(await end(twin, 'SIGINT')).toBe(0)
  expect(existsSync(stateOf(twin))).toBe(false)
  const { code: envCode, stderr } = await regroup('twin', 'env')
  expect(envCode).toBe(exitCode.error)
  expect(stderr).toContain('no twin is running')
})
