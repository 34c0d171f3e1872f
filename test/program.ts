/** The program run in this process, with what it says kept apart. */

import { main } from '../src/cli/main.ts'

/** Exit code, stdout and stderr of one command. */
export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `regroup` with these arguments, as without a terminal. */
export async function regroup(...args: string[]): Promise<Said> {
  const said = { out: '', err: '' }
  const code = await main(args, {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    isTerminal: false,
    hasColour: false,
    columns: 80,
    wallMs: () => 0,
  })
  return { code, ...said }
}
