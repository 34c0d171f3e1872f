// Every recorded kubectl command against the served API of a cluster, with the kubectl of this machine.
import { run } from './suite.mjs'
import { runVitest } from './vitest.mjs'

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const found = await run('kubectl', ['version', '--client']).catch(() => undefined)
  return found?.code === 0 ? undefined : 'kubectl is not installed'
}

/** Requests accepted; exit codes and texts as recorded, or a deviation with its reason. */
export function runSuite({ folder }) {
  return runVitest({ folder, name: 'kubectl', path: 'test/conformance/kubectl' })
}
