/** The rules of CONTRIBUTING.md, read from the sources themselves. */

import { describe, expect, it } from 'vitest'
import { codeLines, roomOf, type SourceFile, typeScriptFiles } from './sources.ts'

/** Code is held by the formatter; this is for comments and texts, which it leaves alone. */
const columnsMax = 120
const linesMax = 400
const testLinesMax = 800
const functionLinesMax = 70
const parametersMax = 4
const exportsMax = 10

const sources = typeScriptFiles(['src'])
const all = typeScriptFiles(['src', 'test'])
const isTest = (file: SourceFile): boolean => file.path.endsWith('.test.ts')
const code = sources.filter((file) => !isTest(file))

/** Files that are one long table of types; the reason stands behind each. */
const tables: ReadonlySet<string> = new Set([
  // The public library: a list of names.
  'src/index.ts',
  // Names of tags, labels and annotations, in one place on purpose.
  'src/decide/names.ts',
  // One port, with the types of its arguments.
  'src/world/kube-api.ts',
])

/** Every place where a rule is broken, `path:line text`. */
function places(
  files: readonly SourceFile[],
  isBroken: (line: string, file: SourceFile, index: number) => boolean,
): readonly string[] {
  return files.flatMap((file) =>
    codeLines(file).flatMap((line, index) =>
      isBroken(line, file, index) ? [`${file.path}:${index + 1} ${line.trim()}`] : [],
    ),
  )
}

describe('size', () => {
  it(`lines have at most ${columnsMax} columns`, () => {
    const long = all.flatMap(({ lines, path }) =>
      lines.flatMap((line, index) =>
        line.length > columnsMax && !isUnbreakable(line) ? [`${path}:${index + 1}`] : [],
      ),
    )
    expect(long).toEqual([])
  })

  it(`files have at most ${linesMax} lines, tests ${testLinesMax}`, () => {
    const long = all.filter(
      (file) =>
        !tables.has(file.path) && file.lines.length > (isTest(file) ? testLinesMax : linesMax),
    )
    expect(long.map(({ lines, path }) => `${path} ${lines.length}`)).toEqual([])
  })

  it(`functions have at most ${functionLinesMax} lines`, () => {
    const long = code.flatMap((file) =>
      functionsOf(file)
        .filter(({ lineCount }) => lineCount > functionLinesMax)
        .map(({ line, lineCount }) => `${file.path}:${line} ${lineCount}`),
    )
    expect(long).toEqual([])
  })

  it(`functions have at most ${parametersMax} parameters`, () => {
    const long = code.flatMap((file) =>
      [...file.text.matchAll(/^(?:export )?(?:async )?function \w+(?:<[^(]*>)?\(/gm)]
        .filter((head) => parameterCount(file.text, head.index + head[0].length) > parametersMax)
        .map(([head]) => `${file.path} ${head}`),
    )
    expect(long).toEqual([])
  })

  it(`files export at most ${exportsMax} names`, () => {
    const many = code.filter(
      ({ lines, path }) =>
        !tables.has(path) && lines.filter((line) => line.startsWith('export ')).length > exportsMax,
    )
    expect(many.map((file) => file.path)).toEqual([])
  })
})

/** Long for a text that cannot be split: an address, or the sentence of a measured answer. */
function isUnbreakable(line: string): boolean {
  return /https?:\/\/\S{60}/.test(line) || /(['"`])[^\n]{60,}\1/.test(line)
}

/** Parameters of the list that starts here: the commas outside of all inner brackets, none after the last. */
function parameterCount(text: string, start: number): number {
  let depth = 0
  let count = 0
  let isEmpty = true
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at] ?? ''
    if (depth === 0 && letter === ')') break
    if ('([{<'.includes(letter)) depth += 1
    if (')]}'.includes(letter) || (letter === '>' && text[at - 1] !== '=')) depth -= 1
    if (depth === 0 && letter === ',') {
      count += 1
      isEmpty = true
    } else if (letter.trim() !== '') {
      isEmpty = false
    }
  }
  return isEmpty ? count : count + 1
}

/** Functions by their indentation: the formatter puts the closing brace under the opening line. */
function functionsOf(file: SourceFile): readonly { line: number; lineCount: number }[] {
  const head =
    /^(\s*)(?:export )?(?:(?:async |static |private |protected |override )*)(?:function\b|\w+(?:<[^(]*>)?\()/
  return file.lines.flatMap((line, index) => {
    const match = head.exec(line)
    if (
      match === null ||
      /^\s*(?:if|for|while|switch|return|await|expect|it|describe)\b/.test(line)
    )
      return []
    if (!/[{(]$/.test(line)) return []
    const indent = match[1] ?? ''
    const rest = file.lines.slice(index + 1)
    const end = rest.findIndex((one) => one.startsWith(`${indent}}`) && !/[{(]$/.test(one))
    const isCall = rest
      .slice(0, Math.max(end, 0))
      .some((one) => one.startsWith(`${indent})`) && !one.endsWith('{'))
    return end === -1 || isCall ? [] : [{ line: index + 1, lineCount: end + 2 }]
  })
}

describe('words', () => {
  it('files are named after one idea, in kebab-case', () => {
    const banned = /(?:^|[/-])(?:utils?|helpers?|common|managers?|misc|services?)(?:[-./]|$)/
    const wrong = all.filter(
      ({ path }) =>
        banned.test(path) ||
        !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(path.split('/').at(-1) ?? ''),
    )
    expect(wrong.map((file) => file.path)).toEqual([])
  })

  it('every file begins by saying what it is and where it belongs', () => {
    const wrong = code.filter(({ text }) => {
      const [comment = ''] = /^\/\*\*[\s\S]*?\*\//.exec(text) ?? []
      return !/ layer\b/.test(comment)
    })
    expect(wrong.map((file) => file.path)).toEqual([])
  })

  it('every exported function, class and value is documented', () => {
    const wrong = places(
      code.filter((file) => !tables.has(file.path)),
      (line, file, index) =>
        /^export (?:async |abstract )?(?:function|class|const|interface|type \w+ =)/.test(line) &&
        !(file.lines[index - 1] ?? '').trimEnd().endsWith('*/'),
    )
    expect(wrong).toEqual([])
  })

  it('nothing is left for later', () => {
    const pattern = new RegExp(['TO', 'DO|FIX', 'ME|XXX'].join(''))
    const wrong = all.flatMap(({ lines, path }) =>
      lines.flatMap((line, index) =>
        pattern.test(line) && !/\bX{3,}[a-z'-]/.test(line) ? [`${path}:${index + 1}`] : [],
      ),
    )
    expect(wrong).toEqual([])
  })
})

describe('syntax', () => {
  it('has no default exports and no star exports', () => {
    expect(places(all, (line) => /^export (?:default\b|\* from)/.test(line))).toEqual([])
  })

  it('is erasable: no enum, namespace or parameter property', () => {
    const pattern =
      /^\s*(?:export )?(?:const )?(?:enum|namespace) \w+|constructor\([^)]*\b(?:private|public|readonly) \w+\??:/
    expect(places(all, (line) => pattern.test(line))).toEqual([])
  })

  it('never says any', () => {
    const pattern = /(?::\s*|<|\bas |\| )any\b(?=\s*(?:[,;=)>|&[\]]|$))/
    expect(places(all, (line) => pattern.test(line))).toEqual([])
  })

  it('imports files with their ending', () => {
    const pattern = /\bfrom '\.{1,2}\/[^']*(?<!\.ts|\.json)'/
    expect(places(all, (line) => pattern.test(line))).toEqual([])
  })
})

/** The clock and randomness of the machine, and the rooms that hold sockets: their time is real time. */
const isAdapter = ({ path }: SourceFile): boolean =>
  /^src\/(?:world\/system-|kube\/|twin\/wire\/)/.test(path)

describe('time, chance and the process', () => {
  const rows: readonly { name: string; pattern: RegExp; allowed: (file: SourceFile) => boolean }[] =
    [
      { name: 'Date.now', pattern: /\bDate\.now\b/, allowed: isAdapter },
      { name: 'new Date()', pattern: /\bnew Date\(\)/, allowed: () => false },
      {
        name: 'timers',
        pattern: /\bset(?:Timeout|Interval)\(/,
        allowed: (file) => isAdapter(file) || roomOf(file.path) === 'cli',
      },
      { name: 'Math.random', pattern: /\bMath\.random\b/, allowed: () => false },
      { name: 'random ids', pattern: /\brandomUUID\b|\bgetRandomValues\b/, allowed: isAdapter },
      {
        name: 'performance',
        pattern: /\bperformance\.now\b/,
        allowed: (file) => isAdapter(file) || roomOf(file.path) === 'cli',
      },
      {
        name: 'the process',
        pattern: /\bprocess\.(?:env|exit|argv|stdout|stderr|on)\b/,
        allowed: (file) => roomOf(file.path) === 'cli',
      },
      { name: 'console', pattern: /\bconsole\.\w+\(/, allowed: () => false },
    ]
  it.each(rows)('$name is left to adapters', ({ allowed, pattern }) => {
    const files = code.filter((file) => !allowed(file))
    expect(places(files, (line) => pattern.test(line))).toEqual([])
  })
})
