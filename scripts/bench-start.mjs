// How long the program takes to start: its help and offline commands against an empty script, in turn, in one run.
//   node scripts/bench-start.mjs [rounds]
// Ends with 1 when help takes more than 1.6 times as long as nothing.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = Number(process.argv[2] ?? 21)
const ratioMax = 1.6
const folder = mkdtempSync(join(tmpdir(), 'bench-start-'))
const empty = join(folder, 'empty.mjs')
writeFileSync(empty, '')
const program = join(root, 'bin/regroup.js')
const commands = [
  ['an empty script', [empty]],
  ['regroup --help', [program, '--help']],
  ['regroup migrate --help', [program, 'migrate', '--help']],
  ['regroup check FILE', [program, 'check', 'examples/seed-web-shop/fleet.yaml']],
]

function tookMs(args) {
  const startedMs = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - startedMs
}

const times = commands.map(() => [])
// The first round fills the file cache and is not counted.
for (let round = 0; round <= rounds; round += 1) {
  for (const [index, [, args]] of commands.entries()) {
    const ms = tookMs(args)
    if (round > 0) times[index].push(ms)
  }
}
rmSync(folder, { recursive: true })
const medians = times.map((one) => one.sort((a, b) => a - b)[Math.floor(one.length / 2)])
for (const [index, [name]] of commands.entries()) {
  const [ms, ratio] = [medians[index], medians[index] / medians[0]]
  const target = index === 1 ? `  target <= ${ratioMax}${ratio <= ratioMax ? '' : ', not met'}` : ''
  console.log(
    `${name.padEnd(24)} ${ms.toFixed(0).padStart(5)} ms  ${ratio.toFixed(2)} times${target}`,
  )
}
console.log(`median of ${rounds} rounds, Node ${process.version}`)
if (medians[1] / medians[0] > ratioMax) process.exitCode = 1
