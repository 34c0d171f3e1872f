/** Conditions of a script that constants decide. Nodes layer, pure. */

import { outputFile, ranOf } from './run-command.ts'
import type { Pipeline, Statement } from './shell/syntax.ts'
import { kubeletConfigPath, kubeletFields, type State } from './state.ts'

/** Fields that the image's own kubelet-config.json has, or that bootstrap.sh writes into it. */
const shipped: ReadonlySet<string> = new Set([
  'address',
  'apiVersion',
  'authentication',
  'authorization',
  'cgroupDriver',
  'cgroupRoot',
  'clusterDomain',
  'featureGates',
  'hairpinMode',
  'kind',
  'protectKernelDefaults',
  'readOnlyPort',
  'serializeImagePulls',
  'serverTLSBootstrap',
  'tlsCipherSuites',
])

/** Whether a list of commands succeeds; undefined when nobody knows. */
export function succeeds(
  statements: readonly Statement[],
  state: State,
  text: string,
): boolean | undefined {
  const [statement, ...others] = statements
  if (statement === undefined || others.length > 0 || statement.isBackground) return undefined
  let result: boolean | undefined
  for (const { operator, pipeline } of statement.items) {
    if (operator === '&&' && result === false) continue
    if (operator === '||' && result === true) continue
    if (operator !== '' && result === undefined) return undefined
    result = pipelineSucceeds(pipeline, state, text)
  }
  return result
}

/** Whether a pipeline succeeds, `!` minded; undefined when nobody knows. */
export function pipelineSucceeds(
  pipeline: Pipeline,
  state: State,
  text: string,
): boolean | undefined {
  const [command, ...others] = pipeline.commands
  if (command?.kind !== 'simple' || command.assignments.length > 0) return undefined
  const ran = ranOf(command, state, text)
  if (outputFile(ran, state) !== undefined) return undefined
  if (ran.name === 'cat' && others.length === 1 && ran.args.length === 1) {
    return negated(pipedGrep(pipeline, state, text), pipeline.isNegated)
  }
  if (others.length > 0) return undefined
  return negated(commandSucceeds(ran.name, ran.args, state), pipeline.isNegated)
}

function negated(value: boolean | undefined, isNegated: boolean): boolean | undefined {
  return value === undefined ? undefined : value !== isNegated
}

/** `cat FILE | grep -q PATTERN`. */
function pipedGrep({ commands }: Pipeline, state: State, text: string): boolean | undefined {
  const [first, second] = commands
  if (first?.kind !== 'simple' || second?.kind !== 'simple') return undefined
  const [path = ''] = ranOf(first, state, text).args
  const { args, name } = ranOf(second, state, text)
  return name === 'grep' ? grepFinds([...args, path], state) : undefined
}

function commandSucceeds(name: string, args: readonly string[], state: State): boolean | undefined {
  switch (name) {
    case 'true':
    case ':':
      return true
    case 'false':
      return false
    case '[':
      return args.at(-1) === ']' ? testHolds(args.slice(0, -1), state) : undefined
    case '[[':
      return args.at(-1) === ']]' ? testHolds(args.slice(0, -1), state) : undefined
    case 'test':
      return testHolds(args, state)
    case 'grep':
      return grepFinds(args, state)
    case 'jq':
      return jqFinds(args, state)
    default:
      return undefined
  }
}

function testHolds(args: readonly string[], state: State): boolean | undefined {
  if (args[0] === '!') {
    const inner = testHolds(args.slice(1), state)
    return inner === undefined ? undefined : !inner
  }
  // A placeholder may turn out to be anything, the empty text as well.
  if (args.some((arg) => /[\ue000-\uf8ff]/.test(arg) && !state.files.has(arg))) return undefined
  const [first = '', operator = '', second = ''] = args
  if (args.length === 1) return first !== ''
  if (args.length === 2) return unaryHolds(first, operator, state)
  if (args.length !== 3) return undefined
  if (operator === '=' || operator === '==')
    return /[*?]/.test(second) ? undefined : first === second
  if (operator === '!=') return /[*?]/.test(second) ? undefined : first !== second
  if (!/^-?\d+$/.test(first) || !/^-?\d+$/.test(second)) return undefined
  const [one, other] = [Number(first), Number(second)]
  const numbers: Readonly<Record<string, boolean>> = {
    '-eq': one === other,
    '-ge': one >= other,
    '-gt': one > other,
    '-le': one <= other,
    '-lt': one < other,
    '-ne': one !== other,
  }
  return Object.hasOwn(numbers, operator) ? numbers[operator] : undefined
}

function unaryHolds(operator: string, value: string, state: State): boolean | undefined {
  if (operator === '-n') return value !== ''
  if (operator === '-z') return value === ''
  if (!/^-[efsrw]$/.test(operator)) return undefined
  const isThere =
    value === kubeletConfigPath || value === '/etc/eks/bootstrap.sh' || state.files.has(value)
  return isThere ? true : undefined
}

/** Only for plain words in files that are known: kubelet-config.json has few fields of its own. */
function grepFinds(args: readonly string[], state: State): boolean | undefined {
  const [pattern, path, ...others] = args.filter(
    (arg) => !/^-[qEFsiwx]+$/.test(arg) && arg !== '--',
  )
  if (pattern === undefined || path === undefined || others.length > 0) return undefined
  if (pattern.startsWith('-')) return undefined
  const word = pattern.replaceAll(/["'\\]|\s*:?\s*$/g, '')
  if (!/^\w+$/.test(word)) return undefined
  if (path === kubeletConfigPath) return hasField(word, state)
  return state.files.get(path)?.content.includes(word)
}

function hasField(word: string, state: State): boolean {
  const names = Object.keys(kubeletFields(state))
  return shipped.has(word) || names.some((name) => name.includes(word))
}

/** `jq -e .field FILE`, which fails when the field is missing. */
function jqFinds(args: readonly string[], state: State): boolean | undefined {
  const [program = '', path, ...others] = args.filter((arg) => !/^-[er]+$/.test(arg))
  const field = /^\.(\w+)$/.exec(program)?.[1] ?? /^has\("(\w+)"\)$/.exec(program)?.[1]
  if (field === undefined || path !== kubeletConfigPath || others.length > 0) return undefined
  return hasField(field, state)
}
