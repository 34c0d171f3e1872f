// The real cluster-autoscaler against a served twin, while Regroup migrates the cluster under it. CLUSTER_AUTOSCALER
// names the program; else it comes from PATH or from the cache of `npm run judges:install cluster-autoscaler`.
import { autoscalerName, programPath } from '../../scripts/judges.mjs'
import { run } from './suite.mjs'
import { runVitest } from './vitest.mjs'

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  if (programPath(autoscalerName) !== undefined) return undefined
  return 'no cluster-autoscaler in CLUSTER_AUTOSCALER or PATH (it is built from a checkout: docs/conformance.md)'
}

/** Go prints the version that stands in the binary, where Go is. */
async function versionOf() {
  const found = await run('go', ['version', '-m', programPath(autoscalerName)]).catch(
    () => undefined,
  )
  return (
    /^\s*dep\s+k8s\.io\/kubernetes\s+(\S+)/m.exec(found?.stdout ?? '')?.[1] ?? 'of unknown version'
  )
}

/** Minutes of the wall clock, nearly all of them waiting. */
export async function runSuite({ folder }) {
  console.log(
    `  judge: ${programPath(autoscalerName)}, with the scheduler of Kubernetes ${await versionOf()}`,
  )
  const path = 'test/conformance/cluster-autoscaler/'
  return runVitest({ folder, name: 'cluster-autoscaler', path })
}
