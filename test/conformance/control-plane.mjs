// A real etcd, kube-apiserver and kube-controller-manager: the eviction cases, and Regroup's own client.
import { missingPrograms, suiteNames } from '../../scripts/judges.mjs'
import { runVitest } from './vitest.mjs'

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const names = missingPrograms(suiteNames)
  if (names.length === 0) return undefined
  return `${names.join(', ')} not found; npm run judges:install obtains them`
}

/** The same requests to both sides, and every answer against the table. */
export function runSuite({ folder }) {
  return runVitest({ folder, name: 'control-plane', path: 'test/conformance/control-plane' })
}
