/** Kubelet flags as user data writes them, before anybody reads them. Check layer, pure. */

import { readNodeConfig } from '../nodes/node-config.ts'
import { shellWords } from '../nodes/shell-words.ts'
import { nodeConfigsOf, scriptsOf, type UserDataFacts } from './user-data-facts.ts'

/** Asked by several rules for the same text. */
const known = new WeakMap<UserDataFacts, readonly string[]>()

/** Words of --kubelet-extra-args and of NodeConfig flags; `--flag value` as `--flag=value`. */
export function kubeletWords(userData: UserDataFacts): readonly string[] {
  const before = known.get(userData)
  if (before !== undefined) return before
  const words = readWords(userData)
  known.set(userData, words)
  return words
}

function readWords(userData: UserDataFacts): readonly string[] {
  const fromScripts = scriptsOf(userData).flatMap(({ body }) => extraWords(body))
  const fromConfigs = nodeConfigsOf(userData).flatMap(
    ({ body }) => readNodeConfig(body)?.kubeletFlags ?? [],
  )
  return joined([...fromScripts, ...fromConfigs])
}

function extraWords(script: string): readonly string[] {
  const text = script.replaceAll('\\\n', ' ')
  return [...text.matchAll(/--kubelet-extra-args[ =]|\bKUBELET_EXTRA_ARGS=/g)].flatMap((match) => {
    const [argument = ''] = shellWords(text, match.index + match[0].length)
    return argument.startsWith('$') ? [] : shellWords(argument.replaceAll('\n', ' '))
  })
}

function joined(words: readonly string[]): readonly string[] {
  const all: string[] = []
  for (const word of words) {
    const before = all.at(-1)
    if (before === '--register-with-taints' || before === '--node-labels') {
      all[all.length - 1] = `${before}=${word}`
    } else all.push(word)
  }
  return all
}
