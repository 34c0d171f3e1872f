/** `regroup rehearse scenarios`: the built-in worlds, one per paragraph. Cli layer. */

import { scenarioNames, scenarioRow } from '../../twin/build/scenario.ts'

const width = 76

/** Names with their summaries, wrapped. */
export function scenariosText(): string {
  return scenarioNames
    .map((name) => `${name}\n${wrapped(scenarioRow(name)?.summary ?? '')}\n`)
    .join('')
}

function wrapped(text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines.map((line) => `    ${line}`).join('\n')
}
