/** Files that users name: read whole, with errors that say what to do. Cli layer. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { exitCode } from './exit-code.ts'
import { Problem } from './problem.ts'

/** Larger files are refused unread. */
const bytesMax = 50 * 1024 * 1024

/** @throws Problem when it is missing, a folder, unreadable or too large. */
export function readUserFile(path: string, what: string): Uint8Array {
  let size: number
  let isFolder: boolean
  try {
    const stat = statSync(path)
    size = stat.size
    isFolder = stat.isDirectory()
  } catch {
    throw new Problem(`${what} ${path} does not exist`, 'Check the path.', {
      code: exitCode.findings,
    })
  }
  if (isFolder) {
    throw new Problem(`${what} ${path} is a folder`, 'Name the file in it.', {
      code: exitCode.findings,
    })
  }
  if (size > bytesMax) {
    const text = `${what} ${path} has ${size} bytes, more than ${bytesMax}`
    throw new Problem(text, 'Is it the right file?', { code: exitCode.findings })
  }
  try {
    return readFileSync(path)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Problem(`${what} ${path} cannot be read: ${why}`, 'Check its permissions.')
  }
}

/** Files under a path with one of the endings, sorted; the path itself when it is a file. */
export function listUserFiles(path: string, endings: readonly string[]): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    throw new Problem(`${path} does not exist`, 'Check the path.', { code: exitCode.findings })
  }
  if (!stat.isDirectory()) return [path]
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
  return names
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .map((name) => `${path}/${name}`)
}
