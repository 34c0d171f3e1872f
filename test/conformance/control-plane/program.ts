/** One program of the control plane as a child process: started, paused, killed; its output in a log. Test support. */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { programPath } from './installed.ts'

/** A running program. */
export interface Program {
  readonly name: string
  readonly logPath: string
  /** Stops its threads where they are; {@link resume} lets them go on. */
  pause(): void
  resume(): void
  /** Ends it and waits until it is gone; idempotent. `SIGKILL` is what a crash looks like. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** The last lines of its log. */
  tail(): string
}

/** None outlives the process that started it. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts it with its output in `logPath` (appended), and `env` on top of this process's own. */
export function startProgram(
  name: string,
  args: readonly string[],
  logPath: string,
  env: Readonly<Record<string, string>> = {},
): Program {
  const path = programPath(name)
  if (path === undefined) throw new Error(`${name} is not on this machine`)
  const log = openSync(logPath, 'a')
  const child = spawn(path, args, {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
  })
  closeSync(log)
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  running.add(child)
  return {
    name,
    logPath,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop: async (signal = 'SIGTERM') => {
      running.delete(child)
      await ended(child, gone, signal)
    },
    tail: () => readFileSync(logPath, 'utf8').split('\n').slice(-30).join('\n'),
  }
}

/** A program that does not end by itself within ten seconds is killed. */
async function ended(
  child: ChildProcess,
  gone: Promise<void>,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  child.kill('SIGCONT')
  child.kill(signal)
  const timer = new AbortController()
  const late = pause(10_000, 'late', { signal: timer.signal }).catch(() => 'in time')
  if ((await Promise.race([gone, late])) === 'late') child.kill('SIGKILL')
  timer.abort()
  await gone
}

/** Ports on loopback that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports: number[] = []
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (typeof address === 'object' && address !== null) ports.push(address.port)
  }
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))))
  return ports
}

/** Asks again until it is so. @throws Error after `timeoutMs`, naming what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const endMs = performance.now() + timeoutMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > endMs) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`)
    await pause(50)
  }
}
