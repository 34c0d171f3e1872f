import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import { regroup } from './program.ts'
import { root } from './sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'regroup-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const bin = join(root, 'bin/regroup.js')
const starter = ['rehearse', 'migrate', '--scenario', 'starter', '-q']

describe('exit codes', () => {
  it.each<[string, string[], number]>([
    ['a converged rehearsal', starter, exitCode.ok],
    [
      'a blocked rehearsal',
      ['rehearse', 'migrate', '--scenario', 'pdb-hostile', '-q'],
      exitCode.blocked,
    ],
    ['help', ['--help'], exitCode.ok],
    ['version', ['--version'], exitCode.ok],
    ['the list of codes', ['exit-codes'], exitCode.ok],
    ['no command', [], exitCode.usage],
    ['half a command', ['rehearse'], exitCode.usage],
    ['an unknown command', ['rehaerse'], exitCode.usage],
    ['an unknown flag', [...starter, '--sead', '2'], exitCode.usage],
    ['a flag without its value', ['rehearse', 'migrate', '--scenario'], exitCode.usage],
    ['nothing to rehearse', ['rehearse', 'migrate'], exitCode.usage],
    ['two kinds of input', [...starter, '-f', 'x.yaml'], exitCode.usage],
    ['an unknown scenario', ['rehearse', 'migrate', '--scenario', 'startr'], exitCode.usage],
    ['an unknown output', [...starter, '-o', 'xml'], exitCode.usage],
    ['an unknown engine', [...starter, '--engine', 'hope'], exitCode.usage],
    ['a crash at no call', [...starter, '--crash-at', '0'], exitCode.usage],
    ['a crash at nonsense', [...starter, '--crash-at', '5:during'], exitCode.usage],
    ['events into nowhere', [...starter, '--events', '/nowhere/at/all'], exitCode.usage],
    [
      'a file that is not there',
      ['rehearse', 'migrate', '-f', 'no', '--world', 'no'],
      exitCode.findings,
    ],
    ['a migration without its file', ['migrate', '-f', 'no.yaml'], exitCode.findings],
    ['a migration without a file flag', ['migrate'], exitCode.usage],
  ])('%s', async (_, args, code) => {
    const said = await regroup(...args)
    expect(said.code).toBe(code)
    if (code !== exitCode.ok && code !== exitCode.blocked) expect(said.err).not.toBe('')
    expect(said.err).not.toContain('bug in regroup')
  })

  it.each([
    [['rehaerse'], 'Did you mean rehearse?'],
    [[...starter, '--sead', '2'], 'Did you mean --seed?'],
    [['rehearse', 'migrate', '--scenario', 'startr'], 'Did you mean starter?'],
  ])('%j is told the nearest word', async (args, hint) => {
    expect((await regroup(...args)).err).toContain(hint)
  })
})

/** Names of the report, with those of its parts. */
function shapeOf(value: object): Record<string, string[]> {
  const parts = Object.entries(value).filter(
    ([, one]) => typeof one === 'object' && one !== null && !Array.isArray(one),
  )
  return {
    '': Object.keys(value).sort(),
    ...Object.fromEntries(parts.map(([key, one]) => [key, Object.keys(one).sort()])),
  }
}

describe('the report as JSON', () => {
  it('has exactly the documented fields', async () => {
    const { err, out } = await regroup(...starter, '-o', 'json')
    expect(shapeOf(JSON.parse(out))).toEqual({
      '': [
        'blocked',
        'calls',
        'invariants',
        'lowerBoundSeconds',
        'makespanSeconds',
        'nodes',
        'oldGroupsRemaining',
        'pods',
        'result',
        'seed',
        'stages',
        'virtualSeconds',
      ],
      calls: ['aws', 'kubernetes'],
      invariants: ['broken', 'checked'],
      nodes: ['created', 'removed'],
      pods: [
        'evictionsRefused',
        'evictionsSent',
        'leastHealthyObject',
        'leastHealthyShare',
        'lost',
        'moved',
        'pendingSeconds',
      ],
    })
    expect(err).toBe('took 0.0 s of wall time\n')
  })

  it('names code, object, reason and remedy of what is blocked', async () => {
    const { out } = await regroup(
      'rehearse',
      'migrate',
      '--scenario',
      'pdb-hostile',
      '-q',
      '-o',
      'json',
    )
    const { blocked, invariants } = JSON.parse(out)
    expect(blocked.length).toBeGreaterThan(0)
    for (const one of blocked) {
      for (const key of ['code', 'object', 'reason', 'remedy']) expect(one[key]).toMatch(/\S/)
    }
    expect(invariants.broken).toEqual([])
  })

  it('is the same bytes for the same seed, and its events too; another seed differs', async () => {
    const run = async (seed: string, name: string): Promise<readonly [string, string]> => {
      const { out } = await regroup(...starter, '-o', 'json', '--seed', seed, '--events', at(name))
      return [out, readFileSync(at(name), 'utf8')]
    }
    const first = await run('7', 'a.ndjson')
    expect(await run('7', 'b.ndjson')).toEqual(first)
    expect(await run('8', 'c.ndjson')).not.toEqual(first)
  })

  it('goes on after a crash to the same end', async () => {
    const whole = JSON.parse((await regroup(...starter, '-o', 'json')).out)
    const cut = JSON.parse((await regroup(...starter, '-o', 'json', '--crash-at', '250:after')).out)
    expect([cut.result, cut.oldGroupsRemaining, cut.invariants.broken]).toEqual([
      whole.result,
      [],
      [],
    ])
  })
})

it('writes one event a line, numbered from 1, in order of time', async () => {
  await regroup(...starter, '--events', at('events.ndjson'))
  const events = readFileSync(at('events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events.length).toBeGreaterThan(50)
  expect(events.map((one) => one.seq)).toEqual(events.map((_, index) => index + 1))
  for (const [index, one] of events.entries()) {
    expect(Object.keys(one)).toEqual(
      expect.arrayContaining(['seq', 'atMs', 'seconds', 'type', 'cluster', 'object', 'message']),
    )
    expect(one.atMs).toBeGreaterThanOrEqual(events[index - 1]?.atMs ?? 0)
    expect(JSON.stringify(one)).not.toMatch(/undefined|NaN/)
  }
})

it('says progress on stderr and the result on stdout', async () => {
  const { err, out } = await regroup('rehearse', 'migrate', '--scenario', 'starter')
  expect(out).toMatch(/^ {2}result +converged$/m)
  expect(err).toMatch(/^ +0:\d\d:\d\d {2}node groups +\d+\/3 {2}creating node group /m)
  expect(err).toMatch(/cordoned ip-[\d-]+: its \d+ pods have a place on Ready nodes/)
  expect(err).not.toMatch(/compute\.internal|\d{4}-\d\d-\d\dT/)
  const lines = err.split('\n')
  expect(new Set(lines).size).toBeGreaterThanOrEqual(lines.length - 1)
})

describe('the built program', () => {
  it('ends well when nobody reads on', () => {
    const { stderr } = spawnSync('bash', ['-c', `node "$0" rehearse scenarios | head -1`, bin], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
  })

  /** Sends one signal while a long rehearsal is in its first stage. */
  function interrupted(): Promise<{ code: number | null; err: string }> {
    return new Promise((resolve) => {
      const child = spawn('node', [bin, 'rehearse', 'migrate', '--scenario', 'saas-500'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let err = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        const isFirst = !err.includes('control plane')
        err += text
        if (isFirst && err.includes('control plane')) child.kill('SIGINT')
      })
      child.on('close', (code) => resolve({ code, err }))
    })
  }

  it('pauses at the first Ctrl-C and says how to go on', async () => {
    const { code, err } = await interrupted()
    expect(err).toContain('pausing: no new step begins')
    expect(err).toContain('\n  regroup rehearse migrate --scenario saas-500\n')
    expect(code).toBe(exitCode.paused)
  })

  it('stops at once at the second', () => {
    const text = `import { onInterrupt } from '${root}dist/src/cli/interrupt.js'
const { signal } = onInterrupt((text) => process.stdout.write(text))
setInterval(() => process.kill(process.pid, 'SIGINT'), 20)
signal.addEventListener('abort', () => process.stdout.write('aborted'))`
    const { status, stdout } = spawnSync('node', ['--input-type=module', '-e', text], {
      encoding: 'utf8',
    })
    expect(stdout).toContain('pausing')
    expect(stdout).toContain('aborted')
    expect(status).toBe(exitCode.interrupted)
  })
})
