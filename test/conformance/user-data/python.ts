/** One Python program over many documents at once. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What the program answers to the texts, in their order. @throws when it fails. */
export function askPython<Answer>(program: string, texts: readonly string[]): Answer {
  const path = fileURLToPath(new URL(`../python/${program}`, import.meta.url))
  const extra = process.env.CLOUD_INIT_PYTHONPATH
  const { status, stderr, stdout } = spawnSync('python3', [path], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONIOENCODING: 'utf-8',
      ...(extra === undefined ? {} : { PYTHONPATH: extra }),
    },
  })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as Answer
}
