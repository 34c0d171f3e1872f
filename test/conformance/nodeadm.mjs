// `nodeadm config check` over every NodeConfig that is rendered, and over broken ones. NODEADM names the program;
// else it comes from PATH or from the cache of `npm run judges:install nodeadm`.
import { judgeVersions, programPath } from '../../scripts/judges.mjs'
import { run } from './suite.mjs'
import { runVitest } from './vitest.mjs'

const program = process.env.NODEADM ?? programPath('nodeadm')

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const found =
    program && (await run(program, ['config', 'check', '--help']).catch(() => undefined))
  if (found) return undefined
  return 'no nodeadm in NODEADM or PATH (npm run judges:install nodeadm builds the published one)'
}

/** The module's version stands in the binary; Go prints it where Go is. */
async function versionOf() {
  const found = await run('go', ['version', '-m', program]).catch(() => undefined)
  return /^\s*mod\s+\S*nodeadm\s+(\S+)/m.exec(found?.stdout ?? '')?.[1]
}

/** The published module is of 2024-02-29: newer fields are taken out by name before it looks. */
export async function runSuite({ folder }) {
  const version = await versionOf()
  const isPublished = version === judgeVersions.nodeadm || program === programPath('nodeadm', [])
  console.log(`  judge: nodeadm ${version ?? 'of unknown version'}`)
  process.env.NODEADM = program
  if (isPublished) process.env.NODEADM_KNOWS = 'v20240229'
  return runVitest({ folder, name: 'nodeadm', path: 'test/conformance/user-data/nodeadm' })
}
