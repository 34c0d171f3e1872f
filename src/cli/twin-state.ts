/** Which twin is running: a file of the user's, so that `twin env` finds it. Cli layer. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ServedTwin } from '../twin/wire/serve.ts'

interface TwinState extends ServedTwin {
  readonly pid: number
}

/** Writes the file, readable by this user only; the twin that started last is the one that is found. */
export function writeTwinState(served: ServedTwin): { remove(): void } {
  const path = statePath()
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  const state: TwinState = { ...served, pid: process.pid }
  rmSync(path, { force: true })
  writeFileSync(path, `${JSON.stringify(state)}\n`, { mode: 0o600, flag: 'wx' })
  return {
    remove: () => {
      // Another twin may have written its own since.
      if (readState(path)?.pid === process.pid) rmSync(path, { force: true })
    },
  }
}

/** Kubeconfigs of one running twin, readable by this user only. */
export class KubeconfigFiles {
  private readonly folder = join(statePath(), '..', `kube-${process.pid}`)

  /** Writes one; gives back its path. */
  readonly write = (clusterName: string, text: string): string => {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    const path = join(this.folder, `${clusterName.replace(/[^A-Za-z0-9_-]/g, '_')}.yaml`)
    rmSync(path, { force: true })
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
    return path
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The twin that started last and still runs; undefined when there is none. */
export function runningTwin(): ServedTwin | undefined {
  const state = readState(statePath())
  return state !== undefined && isAlive(state.pid) ? state : undefined
}

function readState(path: string): TwinState | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as TwinState
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function statePath(): string {
  const { XDG_CACHE_HOME, XDG_RUNTIME_DIR } = process.env
  const base = [XDG_RUNTIME_DIR, XDG_CACHE_HOME].find((one) => one !== undefined && one !== '')
  return join(base ?? join(homedir(), '.cache'), 'regroup', 'twin.json')
}
