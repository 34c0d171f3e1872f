// cloud-init's own walk of the parts and its schema. CLOUD_INIT_PYTHONPATH names folders with the package and
// what it needs, where python3 does not find it by itself.
import { run } from './suite.mjs'
import { runVitest } from './vitest.mjs'

const extra = process.env.CLOUD_INIT_PYTHONPATH
const env = extra === undefined ? {} : { PYTHONPATH: extra }

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const program = 'import yaml, cloudinit.user_data, cloudinit.config.schema'
  const found = await run('python3', ['-c', program], { env }).catch(() => undefined)
  return found?.code === 0 ? undefined : 'python3 has no cloudinit (CLOUD_INIT_PYTHONPATH)'
}

/** Types, bodies and order; every cloud-config passes the schema. */
export async function runSuite({ folder }) {
  const ask = 'import cloudinit.version as v; print(v.version_string())'
  const { stdout } = await run('python3', ['-c', ask], { env })
  console.log(`  judge: cloud-init ${stdout.trim()}`)
  return runVitest({ folder, name: 'cloud-init', path: 'test/conformance/user-data/cloud-init' })
}
