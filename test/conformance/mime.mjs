// Python's email package over every MIME document that is rendered.
import { run } from './suite.mjs'
import { runVitest } from './vitest.mjs'

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const found = await run('python3', ['-c', 'import email']).catch(() => undefined)
  return found?.code === 0 ? undefined : 'python3 is not installed'
}

/** Parts, types, bodies and their order. */
export function runSuite({ folder }) {
  return runVitest({ folder, name: 'mime', path: 'test/conformance/user-data/mime' })
}
