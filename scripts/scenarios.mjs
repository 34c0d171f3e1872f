// Migrates the scenario worlds on the twin under the judge, kills the engine at its calls, compares bytes, fuzzes user data.
// --world NAME   only these worlds (may be repeated; default: all)
// --crash CUTS   all, none, or how many cuts per crash world; default: every cut of the first crash
//                world and an even sample of the second
// --jobs N       threads (default: one per core, at most 4)
// --counts FILE  writes {passed, failed, skipped} there
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { crashCuts, scenarioNames } from '../dist/src/index.js'
import { otherNodes } from './node-versions.mjs'
import { WorkerPool } from './worker-pool.mjs'

const { values } = parseArgs({
  options: {
    world: { type: 'string', multiple: true },
    crash: { type: 'string' },
    jobs: { type: 'string' },
    counts: { type: 'string' },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const defaultCrashes = { starter: undefined, 'seed-web-shop': 24 }
const bytesWorlds = ['starter', 'seed-web-shop']
const cutsPerTask = 10
// Hostile inputs to the parsers of user data and the converter; npm run fuzz takes any number.
const fuzzRuns = '1000000'
const jobs = Number(values.jobs ?? Math.min(4, availableParallelism()))
const worlds = values.world ?? scenarioNames
const unknown = worlds.filter((name) => !scenarioNames.includes(name))
if (unknown.length > 0 || !(jobs >= 1) || !/^(all|none|\d+)?$/.test(values.crash ?? '')) {
  console.error(`worlds: ${scenarioNames.join(', ')}; --crash all, none or a number; --jobs from 1`)
  process.exit(2)
}
const counts = { passed: 0, failed: 0, skipped: 0 }
const startedMs = performance.now()
const secondsSince = (ms) => ((performance.now() - ms) / 1000).toFixed(1)

function check(isOk, text) {
  if (isOk) counts.passed += 1
  else counts.failed += 1
  if (!isOk || text !== undefined) console.log(`${isOk ? 'ok    ' : 'FAILED'} ${text}`)
}

async function runWorld(pool, world) {
  const beganMs = performance.now()
  const { error, report } = await pool.run({ kind: 'run', world })
  if (report === undefined) return check(false, `${world}: ${error}`)
  const { blocked, invariants, lowerBoundSeconds, makespanSeconds, pods, result } = report
  const isOk =
    invariants.broken.length === 0 &&
    pods.lost === 0 &&
    pods.evictionsRefused === 0 &&
    // A bound that is beaten is no bound.
    makespanSeconds >= lowerBoundSeconds &&
    ['converged', 'blocked'].includes(result)
  check(
    isOk,
    `${world}: ${result}, ${pods.moved} pods moved, ${pods.lost} lost, ${blocked.length} blocked, ` +
      `${invariants.broken.length} rules broken, ${pods.evictionsRefused} evictions refused, ` +
      `makespan ${makespanSeconds} s, ${secondsSince(beganMs)} s`,
  )
}

async function crashWorld(pool, world, sampleCount) {
  const beganMs = performance.now()
  const whole = await pool.run({ kind: 'whole', world })
  if (whole.error !== undefined) return check(false, `${world}: ${whole.error}`)
  const cuts = strided(crashCuts(whole.callCount, sampleCount))
  const tasks = []
  for (let at = 0; at < cuts.length; at += cutsPerTask) tasks.push(cuts.slice(at, at + cutsPerTask))
  let doneCount = 0
  let failedCount = 0
  let toldMs = performance.now()
  const runTask = async (part) => {
    const { error, results } = await pool.run({ kind: 'cuts', world, cuts: part })
    for (const { cut, problems } of results ?? []) {
      doneCount += 1
      if (problems.length > 0) failedCount += 1
      const where = `${world} killed ${cut.when} call ${cut.call} of ${whole.callCount}`
      check(problems.length === 0, problems.length > 0 ? `${where}: ${told(problems)}` : undefined)
    }
    if (results === undefined) check(false, `${world}: ${error}`)
    if (performance.now() - toldMs < 10_000 && doneCount < cuts.length) return
    toldMs = performance.now()
    const state = `${doneCount}/${cuts.length} cuts, ${failedCount} failed`
    process.stderr.write(`${world}: ${state}, ${secondsSince(beganMs)} s\n`)
  }
  await Promise.all(tasks.map(runTask))
  console.log(
    `${failedCount === 0 ? 'ok    ' : 'FAILED'} ${world}: killed at ${cuts.length} of ` +
      `${2 * whole.callCount} points, ${failedCount} ended otherwise, ${secondsSince(beganMs)} s`,
  )
}

// Every part of the run early: what fails shows soon, and an interrupted test has seen all of it.
function strided(cuts) {
  const stride = 37
  return Array.from({ length: stride }, (_, first) =>
    cuts.filter((_cut, index) => index % stride === first),
  ).flat()
}

function told(problems) {
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
  return `${problems.slice(0, 5).join('; ')}${more}`
}

function bytesOf(binary, world) {
  const { stdout } = spawnSync(binary, [`${root}scripts/same-bytes.mjs`, world], {
    encoding: 'utf8',
  })
  return stdout.trim()
}

function compareBytes(own) {
  const again = bytesWorlds.map((world) => bytesOf(process.execPath, world))
  const isSame = own.join() === again.join() && again.every((line) => line !== '')
  check(isSame, `same seed, same bytes run to run (${bytesWorlds.join(', ')})`)
  for (const { binary, major, version } of otherNodes()) {
    if (binary === undefined) {
      counts.skipped += 1
      console.log(`skipped same bytes on Node ${major}: npm package node@${major} is out of reach`)
      continue
    }
    const other = bytesWorlds.map((world) => bytesOf(binary, world))
    const text = `same bytes on Node ${version} as on ${process.version}`
    check(other.join() === own.join(), text)
  }
}

const pool = new WorkerPool(new URL('./scenario-worker.mjs', import.meta.url), jobs)
// Without --crash the crash test has worlds of its own; with it, those that were asked for.
const asked = values.crash === undefined ? defaultCrashes : {}
if (values.crash !== undefined && values.crash !== 'none') {
  for (const world of worlds) {
    asked[world] = values.crash === 'all' ? undefined : Number(values.crash)
  }
}
if (values.crash === undefined) await Promise.all(worlds.map((world) => runWorld(pool, world)))
for (const [world, sampleCount] of Object.entries(asked)) {
  if (worlds.includes(world)) await crashWorld(pool, world, sampleCount)
}
await pool.close()
if (values.world === undefined && values.crash === undefined) {
  compareBytes(bytesWorlds.map((world) => bytesOf(process.execPath, world)))
  const fuzzed = spawnSync(process.execPath, [`${root}scripts/fuzz.mjs`, '--runs', fuzzRuns], {
    encoding: 'utf8',
  })
  check(
    fuzzed.status === 0,
    `user data: ${fuzzed.stdout.trim().replace(/^[\s\S]*\n(?:ok +)?/, '')}`,
  )
  if (fuzzed.status !== 0) console.log(`${fuzzed.stdout}${fuzzed.stderr}`)
}
if (values.counts !== undefined) writeFileSync(values.counts, JSON.stringify(counts))
const { failed, passed, skipped } = counts
console.log(
  `${passed} passed, ${failed} failed, ${skipped} skipped in ${secondsSince(startedMs)} s`,
)
process.exitCode = failed === 0 ? 0 : 1
