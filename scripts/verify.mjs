// Everything CI runs, in CI's order, counted from the runners' own results.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const counts = { passed: 0, failed: 0, skipped: 0 }

function step(name, command, args) {
  const startedMs = performance.now()
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  console.log(`--- ${name}: ${status === 0 ? 'ok' : `exit ${status}`} (${seconds} s)`)
  return status === 0
}

function countOne(isOk) {
  if (isOk) counts.passed += 1
  else counts.failed += 1
}

countOne(step('check', 'npm', ['run', '--silent', 'check']))
const report = `${root}/.cache/vitest.json`
mkdirSync(`${root}/.cache`, { recursive: true })
rmSync(report, { force: true })
const isTested = step('test', 'npm', [
  'test',
  '--silent',
  '--',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
])
if (existsSync(report)) {
  const result = JSON.parse(readFileSync(report, 'utf8'))
  counts.passed += result.numPassedTests
  counts.failed += result.numFailedTests
  counts.skipped += result.numPendingTests
  if (!isTested && result.numFailedTests === 0) counts.failed += 1
} else countOne(false)
countOne(step('demo', 'npm', ['run', '--silent', 'demo']))
countOne(step('readme', 'npm', ['run', '--silent', 'readme', '--', '--check']))
const scenarioCounts = `${root}/.cache/scenarios.json`
rmSync(scenarioCounts, { force: true })
const areScenariosOk = step('scenarios', 'npm', [
  'run',
  '--silent',
  'scenarios',
  '--',
  '--counts',
  scenarioCounts,
])
if (existsSync(scenarioCounts)) {
  const { failed, passed, skipped } = JSON.parse(readFileSync(scenarioCounts, 'utf8'))
  counts.passed += passed
  counts.failed += failed
  counts.skipped += skipped
  if (!areScenariosOk && failed === 0) counts.failed += 1
} else countOne(false)
// What cannot be built is a suite that says it is skipped, not a failure.
if (process.env.REGROUP_JUDGES !== 'off') step('judges', 'node', ['scripts/judges-install.mjs'])
const conformanceCounts = `${root}/.cache/conformance/results.json`
rmSync(conformanceCounts, { force: true })
const isConform = step('conformance', 'npm', ['run', '--silent', 'conformance'])
if (existsSync(conformanceCounts)) {
  const suites = JSON.parse(readFileSync(conformanceCounts, 'utf8'))
  for (const name of Object.keys(counts)) {
    counts[name] += suites.reduce((sum, suite) => sum + suite[name], 0)
  }
  if (!isConform && suites.every(({ failed }) => failed === 0)) counts.failed += 1
} else countOne(false)
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed === 0 ? 0 : 1
