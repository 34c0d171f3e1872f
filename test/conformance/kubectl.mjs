// Every recorded kubectl command against the served API of a cluster, with the kubectl of this machine.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { newSuite, run } from './suite.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const found = await run('kubectl', ['version', '--client']).catch(() => undefined)
  return found?.code === 0 ? undefined : 'kubectl is not installed'
}

/** Requests accepted; exit codes and texts as recorded, or a deviation with its reason. */
export async function runSuite({ folder }) {
  const suite = newSuite('kubectl')
  const file = `${folder}/kubectl.json`
  const config = ['--config', 'vitest.conformance.config.ts']
  const reporter = ['--reporter=json', `--outputFile=${file}`]
  await run(`${root}node_modules/.bin/vitest`, ['run', ...config, ...reporter], { cwd: root })
  for (const { assertionResults } of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    for (const { failureMessages, status, title } of assertionResults) {
      if (title.includes('(deviates)') && status === 'passed') suite.counts.deviations += 1
      else {
        await suite.check(title, () => {
          if (status !== 'passed') throw new Error(failureMessages.join('\n'))
        })
      }
    }
  }
  return suite.counts
}
