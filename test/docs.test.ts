/** Documents: links lead somewhere, tables equal their source, nothing large or local is kept. */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCode, exitCodeTexts } from '../src/cli/exit-code.ts'
import { type JudgedBy, withOperationTable } from '../src/twin/wire/aws/operation-list.ts'
import { pathsUnder, root, sizeOf, sourceAt } from './sources.ts'

const bytesMax = 512 * 1024
const paths = pathsUnder('')
const documents = paths.filter((path) => path.endsWith('.md')).map(sourceAt)

describe('documents', () => {
  it('links lead to files and headings that exist', () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]*)\)/g)].flatMap(([, link = '']) => {
        const [target = '', anchor] = link.split('#')
        const file = target === '' ? path : join(dirname(path), target)
        if (!existsSync(`${root}${file}`)) return [`${path} -> ${link}`]
        return anchor === undefined || anchorsOf(file).has(anchor) ? [] : [`${path} -> ${link}`]
      }),
    )
    expect(broken).toEqual([])
  })

  it('documents that messages point to exist', () => {
    const named = pathsUnder('src')
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) =>
        [...sourceAt(path).text.matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([name]) => name),
      )
    const missing = [...new Set(named)].filter((name) => !existsSync(`${root}${name}`))
    expect(missing).toEqual([])
  })

  it('lists every exit code', () => {
    const { text } = sourceAt('docs/exit-codes.md')
    for (const [name, code] of Object.entries(exitCode)) {
      expect(text).toContain(`| ${code} | ${exitCodeTexts[name as keyof typeof exitCode]} |`)
    }
  })
})

function anchorsOf(path: string): ReadonlySet<string> {
  const headings = sourceAt(path).lines.filter((line) => line.startsWith('#'))
  return new Set(
    headings.map((line) =>
      line
        .replace(/^#+\s*/, '')
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/\s/g, '-'),
    ),
  )
}

describe('the checkout', () => {
  it('holds no large files', () => {
    expect(paths.filter((path) => sizeOf(path) > bytesMax)).toEqual([])
  })

  it('names no folder of one machine', () => {
    const pattern = /(?<![\w.])\/(?:home|Users|work)\/[\w.-]+\//
    const texts = paths.filter((path) => /\.(?:ts|mjs|js|md|yaml)$/.test(path))
    expect(texts.filter((path) => pattern.test(sourceAt(path).text))).toEqual([])
  })
})

it('docs/twin.md lists the operations that the twin has: node scripts/twin-operations.mjs', async () => {
  const path = 'test/conformance/judged-operations.json'
  const judgedBy = existsSync(`${root}${path}`) ? (JSON.parse(sourceAt(path).text) as JudgedBy) : {}
  const { text } = sourceAt('docs/twin.md')
  expect(await withOperationTable(text, judgedBy)).toBe(text)
})
