/** Which twins are running: files of the user's, so that `twin env` finds them. Cli layer. */

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ServedTwin } from '../twin/wire/serve.ts'
import { Problem } from './problem.ts'

/** What belongs to one process, by its id. */
const ownNames = /^(?:twin-(\d+)\.json|kube-(\d+))$/
/** The control endpoint of a twin answers at once, or is not one. */
const answerTimeoutMs = 2000

/** Files of this twin, readable by this user only; what dead ones left behind goes. */
export class TwinFiles {
  private readonly folder = stateFolder()
  private readonly state = join(this.folder, `twin-${process.pid}.json`)
  private readonly kubeconfigs = join(this.folder, `kube-${process.pid}`)

  /** Says that this twin runs. @throws Problem when the folder cannot be written. */
  announce(served: ServedTwin): void {
    this.write(this.folder, this.state, `${JSON.stringify(served)}\n`)
    for (const { name, pid } of listOwn(this.folder)) {
      if (!isAlive(pid)) removed(join(this.folder, name))
    }
  }

  /** Writes the kubeconfig of a cluster; gives back its path. @throws Problem like {@link announce}. */
  readonly writeKubeconfig = (clusterName: string, text: string): string => {
    const path = join(this.kubeconfigs, `${clusterName.replace(/[^A-Za-z0-9_-]/g, '_')}.yaml`)
    this.write(this.kubeconfigs, path, text)
    return path
  }

  /** Idempotent. */
  remove(): void {
    removed(this.state)
    removed(this.kubeconfigs)
  }

  private write(folder: string, path: string, text: string): void {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      rmSync(path, { force: true })
      writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Problem(
        `the twin cannot keep its files in ${this.folder}: ${reason}`,
        'Set XDG_RUNTIME_DIR to a folder that you may write to and that has room.',
      )
    }
  }
}

/** What cannot be removed now is swept by a later twin. */
function removed(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // The folder is not there, or not ours to write any more.
  }
}

/** The twin that started last among those that still answer; undefined when there is none. */
export async function runningTwin(): Promise<ServedTwin | undefined> {
  const folder = stateFolder()
  const files = listOwn(folder)
    .filter(({ name, pid }) => name.endsWith('.json') && isAlive(pid))
    .map(({ name }) => join(folder, name))
    .map((path) => ({ path, writtenMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.writtenMs - a.writtenMs)
  for (const { path } of files) {
    const served = readState(path)
    if (served !== undefined && (await isAnswering(served))) return served
  }
  return undefined
}

function listOwn(folder: string): readonly { readonly name: string; readonly pid: number }[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const match = ownNames.exec(name)
      return match === null ? [] : [{ name, pid: Number(match[1] ?? match[2]) }]
    })
  } catch {
    return []
  }
}

function readState(path: string): ServedTwin | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ServedTwin
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

/** Ids of processes are used again: after a restart of the machine another one may have that of a twin. */
async function isAnswering({ control }: ServedTwin): Promise<boolean> {
  try {
    const { ok } = await fetch(`${control.endpoint}/clock`, {
      headers: { authorization: `Bearer ${control.token}` },
      signal: AbortSignal.timeout(answerTimeoutMs),
    })
    return ok
  } catch {
    return false
  }
}

function stateFolder(): string {
  const { XDG_CACHE_HOME, XDG_RUNTIME_DIR } = process.env
  const base = [XDG_RUNTIME_DIR, XDG_CACHE_HOME].find((one) => one !== undefined && one !== '')
  return join(base ?? join(homedir(), '.cache'), 'regroup')
}
