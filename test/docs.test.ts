/** Documents: links lead somewhere, tables equal their source, nothing large or local is kept. */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/v4/core'
import { fileFindingCauses } from '../src/check/file-findings.ts'
import { rulesPage } from '../src/check/rules-page.ts'
import { exitCode, exitCodeTexts } from '../src/cli/exit-code.ts'
import { fleetSchema } from '../src/fleet/schema.ts'
import { worldSchema } from '../src/twin/build/world-schema.ts'
import { type JudgedBy, withOperationTable } from '../src/twin/wire/aws/operation-list.ts'
import { regroup } from './program.ts'
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

/** Keys of every object in a schema, and in what it holds. */
function keysIn(schema: unknown): readonly string[] {
  if (schema instanceof z.$ZodOptional) return keysIn(schema._zod.def.innerType)
  if (schema instanceof z.$ZodArray) return keysIn(schema._zod.def.element)
  if (schema instanceof z.$ZodUnion) return schema._zod.def.options.flatMap(keysIn)
  if (!(schema instanceof z.$ZodObject)) return []
  return Object.entries(schema._zod.def.shape).flatMap(([key, inner]) => [key, ...keysIn(inner)])
}

describe('references', () => {
  it.each([
    ['docs/fleet-file.md', fleetSchema],
    ['docs/world.md', worldSchema],
  ])('%s names every key of the format', (path, schema) => {
    const { text } = sourceAt(path)
    const edges = ['[`\\s{,]', '[`:,\\s}]']
    const keys = keysIn(schema)
    expect(keys.length).toBeGreaterThan(30)
    const missing = keys.filter((key) => !new RegExp(edges.join(key)).test(text))
    expect([...new Set(missing)]).toEqual([])
  })

  it('findings.md names every code of a finding, and no other', () => {
    const area = /'((?:check|convert|fleet|manifest|world|yaml)\/[a-z0-9-]+)'/g
    const sources = pathsUnder('src')
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .filter((path) => path !== 'src/check/file-findings.ts')
      .flatMap((path) => [...sourceAt(path).text.matchAll(area)].map(([, code]) => code ?? ''))
    const shapes = [
      ...sourceAt('src/world/documents/shape-findings.ts').text.matchAll(
        /return (?:isMissing.*)?'([a-z]+-[a-z-]+)'|\$\{area\}\/([a-z-]+)`/g,
      ),
    ].flatMap(([, plain, prefixed]) => {
      const code = plain ?? prefixed ?? ''
      return [`fleet/${code}`, `world/${code}`]
    })
    const written = [...sourceAt('docs/findings.md').text.matchAll(/`([a-z]+\/[a-z0-9-]+)`/g)]
    expect(new Set(written.map(([, code]) => code))).toEqual(new Set([...sources, ...shapes]))
    expect(new Set(Object.keys(fileFindingCauses))).toEqual(new Set([...sources, ...shapes]))
  })

  it('commands that documents show exist', async () => {
    const shown = documents.flatMap(({ text }) =>
      [...text.matchAll(/(?:^|[`\s(])regroup ((?:[a-z-]+ ?){1,2})/gm)].map(
        ([, words = '']) => words,
      ),
    )
    const known = await helpWords()
    const wrong = shown.filter((words) => {
      const [first = '', second = ''] = words.trim().split(' ')
      const inner = known.get(first)
      return inner === undefined || (inner.size > 0 && second !== '' && !inner.has(second))
    })
    expect(shown.length).toBeGreaterThan(10)
    expect(wrong).toEqual([])
  })

  it('scripts that documents show exist', () => {
    const { scripts } = JSON.parse(sourceAt('package.json').text) as { scripts: object }
    const shown = documents.flatMap(({ text }) =>
      [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
    )
    expect(shown.filter((name) => !(name in scripts))).toEqual([])
  })

  it('README shows an excerpt of the demo (npm run readme renews it)', () => {
    const { lines, text } = sourceAt('README.md')
    for (const row of ['safety rules broken, of 26', 'pods lost', 'evictions refused']) {
      expect(text).toMatch(new RegExp(`^  ${row} +\\d+ +[\\d,]+$`, 'm'))
    }
    expect(lines.length).toBeLessThan(60)
  })
})

/** Commands with their subcommands, as the program's help lists them. */
async function helpWords(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const wordsOf = async (...command: string[]): Promise<ReadonlySet<string>> => {
    const { out: text } = await regroup(...command, '--help')
    const list = /\nCommands:\n([\s\S]*)/.exec(text)?.[1] ?? ''
    return new Set([...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, word = '']) => word))
  }
  const words = new Map<string, ReadonlySet<string>>()
  for (const word of await wordsOf())
    words.set(word, word === 'help' ? new Set() : await wordsOf(word))
  return words
}

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

it('docs/rules.md is what the catalogue says: npm run rules', () => {
  expect(sourceAt('docs/rules.md').text).toBe(rulesPage())
})

it('docs/twin.md lists the operations that the twin has: node scripts/twin-operations.mjs', async () => {
  const path = 'test/conformance/judged-operations.json'
  const judgedBy = existsSync(`${root}${path}`) ? (JSON.parse(sourceAt(path).text) as JudgedBy) : {}
  const { text } = sourceAt('docs/twin.md')
  expect(await withOperationTable(text, judgedBy)).toBe(text)
})
