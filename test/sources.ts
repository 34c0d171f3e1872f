/** The project's files as the style, layer and docs tests read them. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Folder of the checkout, with a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const skippedFolders: ReadonlySet<string> = new Set([
  '.cache',
  '.git',
  'coverage',
  'dist',
  'node_modules',
])

/** One text file; `path` is relative to the checkout. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
}

/** Paths under a folder of the checkout (`''` = all of it), sorted, without built or installed files. */
export function pathsUnder(folder: string): readonly string[] {
  const names = readdirSync(`${root}${folder}`, { withFileTypes: true })
  return names
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (!entry.isDirectory()) return [path]
      return skippedFolders.has(entry.name) ? [] : pathsUnder(path)
    })
    .sort()
}

/** Bytes of a file. */
export function sizeOf(path: string): number {
  return statSync(`${root}${path}`).size
}

/** Reads a file of the checkout. */
export function sourceAt(path: string): SourceFile {
  const text = readFileSync(`${root}${path}`, 'utf8')
  return { path, text, lines: text.replace(/\n$/, '').split('\n') }
}

/** TypeScript under src and test. */
export function typeScriptFiles(folders: readonly string[] = ['src']): readonly SourceFile[] {
  return folders
    .flatMap((folder) => pathsUnder(folder))
    .filter((path) => path.endsWith('.ts'))
    .map(sourceAt)
}

/** The room of a path: `twin` of `src/twin/aws/port.ts`; `root` for files right under src. */
export function roomOf(path: string): string {
  const [, room = '', rest] = path.split('/')
  return rest === undefined ? 'root' : room
}

/** The lines without what stands in comments; strings stay. Line numbers do not change. */
export function codeLines(file: SourceFile): readonly string[] {
  let isInComment = false
  return file.lines.map((line) => {
    if (isInComment) {
      if (line.includes('*/')) isInComment = false
      return ''
    }
    const trimmed = line.trimStart()
    if (trimmed.startsWith('//')) return ''
    if (!trimmed.startsWith('/*')) return line.replace(/(?<=\s)\/\/ .*$/, '')
    isInComment = !trimmed.includes('*/')
    return isInComment ? '' : trimmed.replace(/^.*\*\//, '')
  })
}
