/** `regroup rehearse migrate` as people call it: the built program in a process of its own. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import { root } from './sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'regroup-'))
afterAll(() => rmSync(folder, { recursive: true }))

function regroup(...args: readonly string[]) {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [`${root}bin/regroup.js`, ...args],
    { encoding: 'utf8' },
  )
  return { status, stderr, stdout }
}

const rehearse = (...args: readonly string[]) =>
  regroup('rehearse', 'migrate', '--scenario', 'starter', '--quiet', ...args)

describe('rehearse migrate', () => {
  it('prints nothing but the report on stdout, the same bytes each time', () => {
    const [first, second] = [rehearse('-o', 'json'), rehearse('-o', 'json')]
    expect(first.status).toBe(exitCode.ok)
    expect(JSON.parse(first.stdout)).toMatchObject({ result: 'converged', blocked: [] })
    expect(second.stdout).toBe(first.stdout)
    expect(first.stderr).toContain('wall time')
  })

  it('writes events as one JSON object per line, numbered from 1', () => {
    const file = join(folder, 'events.ndjson')
    expect(rehearse('-o', 'json', '--events', file).status).toBe(exitCode.ok)
    const text = readFileSync(file, 'utf8')
    const lines = text.split('\n')
    expect(lines.pop()).toBe('')
    const events = lines.map((line) => JSON.parse(line) as { seq: number; atMs: number })
    expect(events.length).toBeGreaterThan(50)
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
  })

  it.each(['200', '200:before', '200:after'])('goes on after a kill at call %s', (crashAt) => {
    const { status, stdout } = rehearse('-o', 'json', '--crash-at', crashAt)
    expect(status).toBe(exitCode.ok)
    expect(JSON.parse(stdout)).toMatchObject({ result: 'converged', oldGroupsRemaining: [] })
  })

  it.each(['0', '-1', 'x', '12:during'])('refuses --crash-at %s', (crashAt) => {
    const { status, stdout } = rehearse(`--crash-at=${crashAt}`)
    expect(status).toBe(exitCode.usage)
    expect(stdout).toBe('')
  })

  it('counts what draining by hand breaks', () => {
    const { status, stdout } = rehearse('-o', 'json', '--engine', 'kubectl-drain')
    const report = JSON.parse(stdout)
    expect(report.invariants.broken.length).toBeGreaterThan(0)
    expect(report.result).toBe('converged')
    expect(status).toBe(exitCode.ok)
  })

  it('ends with the code for blocked where a human must decide', () => {
    const { status } = regroup('rehearse', 'migrate', '--scenario', 'pdb-hostile', '--quiet')
    expect(status).toBe(exitCode.blocked)
  })
})
