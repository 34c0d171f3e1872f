// Wall time, memory and makespan over the lower bound of every scenario world, one process per world.
// --world NAME   only these worlds (may be repeated; default: all)
// -o json        what is the same on every machine, as JSON on stdout; the table goes to stderr
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { scenarioNames } from '../dist/src/index.js'

const { values } = parseArgs({
  options: {
    world: { type: 'string', multiple: true },
    output: { type: 'string', short: 'o', default: 'table' },
  },
})
const file = fileURLToPath(new URL('./bench-world.mjs', import.meta.url))
const ratioMax = 1.1
const targets = { 'saas-500': { wallSeconds: 10, rssMebibytes: 700 } }
const columns = [
  ['world', 22],
  ['result', 10],
  ['virtual s', 10],
  ['bound s', 9],
  ['makespan s', 11],
  ['ratio', 6],
  ['calls', 7],
  ['wall s', 7],
  ['MiB', 5],
  ['target', 0],
]
const write = (line) =>
  values.output === 'json' ? process.stderr.write(`${line}\n`) : console.log(line)
const row = (cells) =>
  write(cells.map((cell, index) => String(cell).padEnd(columns[index][1])).join(' '))

function targetText(world, { isRatioMet, ratio, rssMebibytes, wallSeconds }) {
  const texts = []
  if (ratio !== undefined)
    texts.push(`ratio <= ${ratioMax.toFixed(2)}${isRatioMet ? '' : ' not met'}`)
  const target = targets[world]
  if (target !== undefined) {
    const isWallMet = wallSeconds <= target.wallSeconds
    const isRssMet = rssMebibytes <= target.rssMebibytes
    texts.push(`wall <= ${target.wallSeconds} s${isWallMet ? '' : ' not met'}`)
    texts.push(`<= ${target.rssMebibytes} MiB${isRssMet ? '' : ' not met'}`)
  }
  return texts.join(', ')
}

const results = []
row(columns.map(([name]) => name))
for (const world of values.world ?? scenarioNames) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, world], {
    encoding: 'utf8',
  })
  if (status !== 0) {
    process.exitCode = 1
    write(`${world}: failed, ${stderr.trim().split('\n').at(-1)}`)
    continue
  }
  const { report, rssMebibytes, wallSeconds } = JSON.parse(stdout)
  const { calls, lowerBoundSeconds, makespanSeconds, result, virtualSeconds } = report
  const ratio = lowerBoundSeconds > 0 ? makespanSeconds / lowerBoundSeconds : undefined
  const isRatioMet = ratio !== undefined && ratio <= ratioMax
  const callCount = calls.aws + calls.kubernetes
  row([
    world,
    result,
    virtualSeconds,
    lowerBoundSeconds,
    makespanSeconds,
    ratio?.toFixed(2) ?? '-',
    callCount,
    wallSeconds.toFixed(1),
    rssMebibytes.toFixed(0),
    targetText(world, { isRatioMet, ratio, rssMebibytes, wallSeconds }),
  ])
  const rounded = ratio === undefined ? null : Math.round(ratio * 100) / 100
  results.push({
    world,
    result,
    virtualSeconds,
    lowerBoundSeconds,
    makespanSeconds,
    ratio: rounded,
    calls,
  })
}
if (values.output === 'json') console.log(JSON.stringify(results, undefined, 2))
else if (values.world === undefined) {
  // What the Kubernetes client and the served API take; each ends with 1 when a target is missed.
  for (const name of ['bench-kube.mjs', 'bench-kube-served.mjs']) {
    const path = fileURLToPath(new URL(`./${name}`, import.meta.url))
    const { status } = spawnSync(process.execPath, [path], { stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
}
