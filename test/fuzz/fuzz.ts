/** Fuzzes the parsers of user data and the converter: what breaks a law comes back as a sentence. */

import fc from 'fast-check'
import { amiFamilies } from '../../src/nodes/ami-parameters.ts'
import { bottlerocketFaults } from '../../src/nodes/bottlerocket-user-data.ts'
import { runJq } from '../../src/nodes/convert/jq-program.ts'
import { extraWords, kubeletArguments } from '../../src/nodes/convert/kubelet-arguments.ts'
import { Marks } from '../../src/nodes/convert/marks.ts'
import { markPlaceholders } from '../../src/nodes/convert/placeholders.ts'
import { membersOf, sedCall } from '../../src/nodes/convert/sed-edits.ts'
import { readShell } from '../../src/nodes/convert/shell/read-script.ts'
import { mimeFaults, parseMime, renderMime } from '../../src/nodes/mime.ts'
import { nodeConfigFaults } from '../../src/nodes/node-config.ts'
import { shellQuoted, shellWords } from '../../src/nodes/shell-words.ts'
import { eksTomlFaults } from '../../src/nodes/toml.ts'
import { parseBootstrap, parseUserData, renderUserData } from '../../src/nodes/user-data.ts'
import { partsOf } from '../../src/nodes/user-parts.ts'
import { brokenConversionLaws } from './conversion-laws.ts'
import * as inputs from './inputs.ts'
import { script } from './scripts.ts'

/** An input that broke a law. */
export interface Broken {
  readonly subject: string
  readonly input: string
  readonly law: string
}

interface Subject {
  /** Out of a thousand inputs. */
  readonly share: number
  readonly inputs: (samples: readonly string[]) => fc.Arbitrary<string>
  /** The first law that the input breaks; undefined when it keeps all. */
  readonly broken: (input: string, index: number) => string | undefined
}

const subjects: Readonly<Record<string, Subject>> = {
  converter: { share: 50, inputs: inputs.userData, broken: brokenConversion },
  'every parser': { share: 20, inputs: inputs.userData, broken: brokenParser },
  NodeConfig: { share: 40, inputs: () => inputs.nodeConfig, broken: brokenNodeConfig },
  TOML: { share: 120, inputs: () => inputs.toml, broken: brokenToml },
  MIME: { share: 200, inputs: () => inputs.mime, broken: brokenMime },
  shell: { share: 270, inputs: () => script, broken: brokenShell },
  'words and flags': { share: 200, inputs: () => inputs.words, broken: brokenWords },
  'jq and sed': { share: 100, inputs: () => inputs.programs, broken: brokenProgram },
}

/** Names of what is fuzzed, with their share of a thousand inputs. */
export const fuzzShares: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(subjects).map(([name, { share }]) => [name, share]),
)

/** Runs a number of inputs of one subject; equal seeds give equal inputs. Stops at the third that breaks a law. */
export function fuzz(
  name: string,
  {
    runs,
    samples,
    seed,
  }: { readonly runs: number; readonly seed: number; readonly samples: readonly string[] },
): readonly Broken[] {
  const subject = subjects[name]
  if (subject === undefined) throw new Error(`nothing is called ${name}`)
  const broken: Broken[] = []
  const all = fc.sample(subject.inputs(samples), { seed, numRuns: runs })
  for (const [index, input] of all.entries()) {
    const law = guarded(() => subject.broken(input, index)) ?? pollution()
    if (law !== undefined) broken.push({ subject: name, input, law })
    if (broken.length >= 3) break
  }
  return broken
}

function guarded(read: () => string | undefined): string | undefined {
  try {
    return read()
  } catch (error) {
    return `it throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
}

function brokenConversion(input: string, index: number): string | undefined {
  const target = index % 2 === 0 ? 'AmazonLinux2023' : 'Bottlerocket'
  const facts = {
    endpoint: 'https://x.example.com',
    certificateAuthority: 'Zm9v',
    serviceCidr: '10.100.0.0/16',
  }
  return brokenConversionLaws(input, { target, file: 'input', ...(index % 4 < 2 ? {} : facts) })[0]
}

function brokenParser(input: string): string | undefined {
  const told = parseUserData(input)
  if (JSON.stringify(told) !== JSON.stringify(parseUserData(input))) return 'two readings differ'
  for (const family of amiFamilies) parseBootstrap(family, input)
  partsOf(input)
  return undefined
}

/** What is read from a NodeConfig and written again says the same. */
function brokenNodeConfig(input: string): string | undefined {
  const first = parseBootstrap('AmazonLinux2023', input)
  if (nodeConfigFaults(input).length > 0 || first?.cluster === undefined) return undefined
  const again = parseBootstrap('AmazonLinux2023', renderUserData('AmazonLinux2023', first))
  return JSON.stringify(again?.labels) === JSON.stringify(first.labels)
    ? undefined
    : 'labels change when a NodeConfig is written again'
}

function brokenToml(input: string): string | undefined {
  const faults = bottlerocketFaults(input, { isMerged: true })
  eksTomlFaults(input)
  const told = parseBootstrap('Bottlerocket', input)
  if (told === undefined) return faults.length > 0 ? undefined : 'no parser reads sound settings'
  if (faults.length > 0) return undefined
  const again = renderUserData('Bottlerocket', told)
  return bottlerocketFaults(again).length === 0
    ? undefined
    : 'settings are unsound when they are written again'
}

function brokenMime(input: string): string | undefined {
  const parts = parseMime(input)
  const faults = mimeFaults(input)
  if (parts === undefined || parts.length === 0 || faults.length > 0) return undefined
  const unix = (texts: unknown) => JSON.stringify(texts).replaceAll('\\r\\n', '\\n')
  const again = renderMime(parts)
  if (mimeFaults(again).length > 0) return 'a sound document is unsound when it is written again'
  return unix(parseMime(again)) === unix(parts)
    ? undefined
    : 'parts change when they are written again'
}

function brokenShell(input: string): string | undefined {
  const marks = new Marks()
  const marked = markPlaceholders(input, marks)
  if (marks.restored(marked) !== input) return 'placeholders do not come back'
  const { fault, statements } = readShell(marked)
  const lineCount = marked.replace(/\n$/, '').split('\n').length
  let last = 0
  for (const { end, firstLine, lastLine, start } of statements) {
    if (start < last || end < start || lastLine < firstLine) return 'statements overlap'
    last = end
  }
  if (fault !== undefined && (fault.line < 1 || fault.line > lineCount))
    return 'a fault has no line'
  return undefined
}

function brokenWords(input: string): string | undefined {
  const words = shellWords(shellQuoted(input))
  if (words.length !== 1 || words[0] !== input) return 'a quoted text is not one word'
  const told = kubeletArguments(extraWords(input), new Marks())
  return JSON.stringify(told) === JSON.stringify(kubeletArguments(extraWords(input), new Marks()))
    ? undefined
    : 'two readings differ'
}

function brokenProgram(input: string): string | undefined {
  const result = runJq(input, {}, { variables: new Map([['x', '1']]), slurped: undefined })
  if (result !== undefined && JSON.stringify(result) === undefined) return 'jq gives no document'
  for (const edit of sedCall(['-i', input, '/file'])?.edits ?? []) membersOf(edit)
  return undefined
}

function pollution(): string | undefined {
  return Object.keys(Object.prototype).length === 0
    ? undefined
    : 'the prototype of all objects has changed'
}
