// A suite that vitest runs: its results as the counts of the conformance runner.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { newSuite, run } from './suite.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs the files under `path`; a test whose title says `(deviates)` is an expected deviation. */
export async function runVitest({ folder, name, path }) {
  const suite = newSuite(name)
  const file = `${folder}/${name}.json`
  const config = ['--config', 'vitest.conformance.config.ts']
  const reporter = ['--reporter=json', `--outputFile=${file}`]
  const args = ['run', ...config, ...reporter, path]
  const { stderr } = await run(`${root}node_modules/.bin/vitest`, args, { cwd: root })
  if (!existsSync(file)) throw new Error(`vitest gave no results: ${stderr.slice(-2000)}`)
  for (const { assertionResults, message } of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    if (
      assertionResults.length === 0 ||
      assertionResults.every(({ status }) => status === 'skipped')
    ) {
      await suite.check(path, () => {
        throw new Error(message || 'no test ran')
      })
    }
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
