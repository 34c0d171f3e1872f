/** What commands print when everything they read is constant; nothing is executed. Nodes layer, pure. */

import { isRecord } from '../field-schema.ts'
import { runJq } from './jq-program.ts'
import type { Json } from './marks.ts'
import type { Ran } from './outcome.ts'
import { givenInput, outputFile, ranOf } from './run-command.ts'
import { textOf } from './scope.ts'
import { readShell } from './shell/read-script.ts'
import type { Pipeline } from './shell/syntax.ts'
import { kubeletConfigPath, kubeletFields, kubeletMark, type State } from './state.ts'

/** A file that a pipeline writes. */
export interface Written {
  readonly path: string
  readonly content: string
  readonly isAppended: boolean
}

/** What a pipeline prints, and the files it writes on the way. */
export interface Printed {
  readonly text: string
  readonly written: readonly Written[]
}

const substitutionDepthMax = 20

/** Undefined when a command of it is not known to print something constant. */
export function printedBy(pipeline: Pipeline, state: State, text: string): Printed | undefined {
  let input: string | undefined
  const written: Written[] = []
  for (const command of pipeline.commands) {
    if (command.kind !== 'simple' || command.assignments.length > 0) return undefined
    const ran = ranOf(command, state, text)
    const given = givenInput(ran, state) ?? fileInput(ran, state) ?? input
    const program = Object.hasOwn(programs, ran.name) ? programs[ran.name] : undefined
    const out = program?.(ran, state, given)
    if (out === undefined) return undefined
    written.push(...out.written)
    const file = outputFile(ran, state)
    if (file !== undefined) written.push({ ...file, content: out.text })
    input = file === undefined ? out.text : ''
  }
  return { text: input ?? '', written }
}

/** The output of `$(...)` without its last line breaks; undefined when nobody knows it. */
export function substituted(script: string, state: State): string | undefined {
  const file = /^\s*<\s*(\S+)\s*$/.exec(script)?.[1]
  const source = file === undefined ? script : `cat ${file}`
  if (state.depth > substitutionDepthMax) return undefined
  state.depth += 1
  try {
    const { fault, statements, text } = readShell(source)
    const [statement, ...others] = statements
    const [item, ...more] = statement?.items ?? []
    if (fault !== undefined || item === undefined || others.length + more.length > 0)
      return undefined
    const printed = printedBy(item.pipeline, state, text)
    if (printed === undefined || printed.written.length > 0) return undefined
    return printed.text.replace(/\n+$/, '')
  } finally {
    state.depth -= 1
  }
}

function fileInput(ran: Ran, state: State): string | undefined {
  const file = ran.redirects.findLast((one) => one.operator === '<')
  return file === undefined ? undefined : contentOf(textOf(file.target, state.scope), state)
}

/** The content of a file as far as the script decides it. */
export function contentOf(path: string, state: State): string | undefined {
  if (path === kubeletConfigPath) return kubeletMark(state, kubeletFields(state))
  const file = state.files.get(path)
  if (file !== undefined) file.isUsed = true
  return file?.content
}

type Program = (ran: Ran, state: State, input: string | undefined) => Printed | undefined

const silent = (text: string): Printed => ({ text, written: [] })

const programs: Readonly<Record<string, Program>> = {
  ':': () => silent(''),
  true: () => silent(''),
  echo: ({ args }) => {
    const flags = args.findIndex((arg) => !/^-[neE]+$/.test(arg))
    const options = (flags < 0 ? args : args.slice(0, flags)).join('')
    const words = flags < 0 ? [] : args.slice(flags)
    const text = words.join(' ')
    const told = options.includes('e') ? text.replaceAll('\\n', '\n').replaceAll('\\t', '\t') : text
    return silent(options.includes('n') ? told : `${told}\n`)
  },
  printf: ({ args }) => printfText(args),
  cat: ({ args }, state, input) => {
    const files = args.filter((arg) => !/^-[a-z]+$/.test(arg))
    if (files.length === 0) return input === undefined ? undefined : silent(input)
    const texts = files.map((path) => (path === '-' ? input : contentOf(path, state)))
    return texts.includes(undefined) ? undefined : silent(texts.join(''))
  },
  tee: ({ args }, _, input) => {
    if (input === undefined) return undefined
    const isAppended = args.includes('-a') || args.includes('--append')
    const files = args.filter((arg) => !arg.startsWith('-') && arg !== '/dev/null')
    return { text: input, written: files.map((path) => ({ path, content: input, isAppended })) }
  },
  sponge: ({ args }, _, input) => {
    const [path] = args
    if (input === undefined || path === undefined) return undefined
    return { text: '', written: [{ path, content: input, isAppended: false }] }
  },
  jq: (ran, state, input) => jqPrinted(ran, state, input),
}

function printfText(args: readonly string[]): Printed | undefined {
  const words = args[0] === '--' ? args.slice(1) : args
  const [format = '', ...values] = words
  if (/%(?!s|%|d)/.test(format)) return undefined
  const places = format.split(/%[sd]/).length - 1
  if (values.length > Math.max(places, 0)) return undefined
  let index = 0
  const text = format.replaceAll(/%([sd%])/g, (_, kind: string) => {
    if (kind === '%') return '%'
    index += 1
    return values[index - 1] ?? ''
  })
  return silent(text.replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\"', '"'))
}

/** jq over the kubelet's file, over constant files, or over what comes in. */
function jqPrinted(ran: Ran, state: State, input: string | undefined): Printed | undefined {
  const read = jqArguments(ran.args)
  if (read === undefined) return undefined
  const texts = read.files.length === 0 ? [input] : read.files.map((path) => contentOf(path, state))
  const documents = texts.map((text) => (text === undefined ? undefined : documentOf(text, state)))
  if (documents.includes(undefined)) return undefined
  const known = documents as readonly Json[]
  const isKubelet = texts.some((text) => state.marks.has(text ?? '', 'kubelet'))
  const variables = new Map(read.variables)
  const slurped = read.isSlurped ? known : undefined
  if (slurped === undefined && known.length > 1) return undefined
  const result = runJq(read.program, known[0] ?? {}, { variables, slurped })
  if (result === undefined) return undefined
  return silent(isKubelet ? kubeletMark(state, result) : `${JSON.stringify(result)}\n`)
}

function documentOf(text: string, state: State): Json | undefined {
  const [mark] = state.marks.in(text)
  if (mark?.kind === 'kubelet') return text.trim().length === 1 ? mark.fields : undefined
  return jsonOf(text)
}

/** A JSON map; placeholders in place of numbers are texts. */
export function jsonOf(text: string): Json | undefined {
  const quoted = text.replaceAll(/([:[,]\s*)([\ue000-\uf8ff])(?=\s*[,\]}])/g, '$1"$2"')
  try {
    const value: unknown = JSON.parse(quoted)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function jqArguments(args: readonly string[]) {
  const variables: (readonly [string, unknown])[] = []
  const files: string[] = []
  let program: string | undefined
  let isSlurped = false
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    const [name = '', value = ''] = [args[at + 1], args[at + 2]]
    if (arg === '--arg') {
      variables.push([name, value])
      at += 2
    } else if (arg === '--argjson') {
      const json = argumentOf(value)
      if (json === undefined) return undefined
      variables.push([name, json])
      at += 2
    } else if (arg === '--indent') at += 1
    else if (arg === '--slurp') isSlurped = true
    else if (/^-[rcMCSas]+$/.test(arg)) isSlurped ||= arg.includes('s')
    else if (/^--(?:tab|raw-output|compact-output|sort-keys|monochrome-output)$/.test(arg)) continue
    else if (arg.startsWith('-')) return undefined
    else if (program === undefined) program = arg
    else files.push(arg)
  }
  return program === undefined ? undefined : { program, files, variables, isSlurped }
}

function argumentOf(text: string): unknown {
  if (/^[\ue000-\uf8ff]$/.test(text)) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
