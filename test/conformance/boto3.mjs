// boto3: waiters end as on AWS, paginators give the same as one page.
import { fileURLToPath } from 'node:url'
import { newSuite, run } from './suite.mjs'

const script = fileURLToPath(new URL('python/boto3_suite.py', import.meta.url))

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const found = await run('python3', ['-c', 'import boto3']).catch(() => undefined)
  return found?.code === 0 ? undefined : 'python3 has no boto3'
}

/** One check per line of the script's report. */
export async function runSuite({ twin }) {
  const suite = newSuite('boto3')
  const { stderr, stdout } = await run('python3', [script], { env: twin.env })
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  if (lines.length === 0) throw new Error(stderr)
  for (const line of lines) {
    const { error, name } = JSON.parse(line)
    await suite.check(name, () => {
      if (error !== null) throw new Error(error)
    })
  }
  if (!stdout.includes('"name": "end"')) throw new Error(`ended early: ${stderr}`)
  return suite.counts
}
