// Every answer of every suite against botocore's own service models.
import { fileURLToPath } from 'node:url'
import { newSuite, run } from './suite.mjs'

const script = fileURLToPath(new URL('python/botocore_check.py', import.meta.url))

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const found = await run('python3', ['-c', 'import botocore']).catch(() => undefined)
  return found?.code === 0 ? undefined : 'python3 has no botocore'
}

/** Zero faults of any kind over all recorded files. */
export async function runSuite({ files }) {
  const suite = newSuite('botocore')
  const { code, stderr, stdout } = await run('python3', [script, ...files])
  if (code !== 0) throw new Error(stderr)
  const report = JSON.parse(stdout)
  const { errors, exchanges, faults, known, members, newer, operations, skipped } = report
  console.log(
    `  botocore: ${exchanges} answers (${errors} errors) of ${operations.length} operations, ${members} members; ${skipped} unsigned or unknown requests left out`,
  )
  for (const reason of known) {
    suite.counts.deviations += 1
    console.log(`  deviation: ${reason}`)
  }
  if (newer.length > 0) {
    suite.counts.deviations += 1
    console.log(
      `  deviation: ${newer.length} instance types are younger than the model of botocore on this machine`,
    )
  }
  const kinds = [
    'unknown member',
    'wrong type',
    'value outside of the enum',
    'missing required member',
    'error code outside of the model',
    'wrong root',
    'wrong status',
  ]
  for (const kind of kinds) {
    await suite.check(`no ${kind}`, () => {
      const places = Object.entries(faults[kind] ?? {})
      if (places.length > 0) {
        throw new Error(
          places
            .slice(0, 40)
            .map(([place, count]) => `${place} (${count})`)
            .join('\n    '),
        )
      }
    })
  }
  // Operations that a suite's client called with success: the last column of docs/twin.md.
  return { ...suite.counts, judged: report.judged }
}
