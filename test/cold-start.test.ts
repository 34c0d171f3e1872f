/** What a command does not need, it does not load. The times are `npm run bench:start`. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import { loadedBy } from './loaded-modules.ts'
import { root } from './sources.ts'

/** Commands of the program, as its help lists them. */
function commands(): readonly string[] {
  const { stdout } = spawnSync('node', [join(root, 'bin/regroup.js'), '--help'], {
    encoding: 'utf8',
  })
  return [...stdout.matchAll(/^ {2}([a-z][a-z-]+) .*/gm)].map((match) => match[1] ?? '')
}

describe('loads', () => {
  it('for help neither AWS, the twin nor the engine', () => {
    const { awsFiles, bytes, code, urls } = loadedBy('--help')
    expect(code).toBe(exitCode.ok)
    expect(awsFiles).toEqual([])
    expect(urls.filter((url) => url.includes('node_modules'))).toEqual([])
    expect(urls.filter((url) => url.includes('/dist/')).length).toBeLessThan(10)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(150_000)
  })

  it('for the help of each command no AWS', () => {
    const names = commands()
    expect(names).toEqual(expect.arrayContaining(['check', 'migrate', 'rehearse', 'twin']))
    for (const name of names) {
      const { awsFiles, code } = loadedBy(name, '--help')
      expect({ name, awsFiles, code }).toEqual({ name, awsFiles: [], code: exitCode.ok })
    }
  })

  it.each([
    { args: ['check', 'examples/seed-web-shop/fleet.yaml'] },
    { args: ['explain', 'yaml/syntax'] },
    { args: ['amis'] },
    { args: ['exit-codes'] },
    { args: ['rehearse', 'scenarios'] },
    { args: ['rehearse', 'migrate', '--scenario', 'starter', '-q'] },
  ])('for $args no AWS', ({ args }) => {
    const { awsFiles, code } = loadedBy(...args)
    expect({ awsFiles, code }).toEqual({ awsFiles: [], code: exitCode.ok })
  })

  it('check in one piece, whose problems are still the same class as those of main', () => {
    const { urls } = loadedBy('check', 'examples/seed-web-shop/fleet.yaml')
    expect(urls.filter((url) => url.includes('/dist/')).length).toBeLessThan(8)
    expect(loadedBy('check', 'nowhere.yaml').code).toBe(exitCode.findings)
  })

  it('AWS where it is called', () => {
    const fleet = 'examples/seed-web-shop/fleet.yaml'
    const flags = ['--read-only', '--endpoint-url', 'http://127.0.0.1:1', '--profile', 'none']
    expect(loadedBy('migrate', '-f', fleet, ...flags).awsFiles.length).toBeGreaterThan(0)
  })
})
