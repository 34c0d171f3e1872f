// How long `regroup check` takes: 15 clusters beyond a bare node, and 1,000 clusters of 12 groups, in one run.
//   node scripts/bench-check.mjs [rounds]
// Ends with 1 when a target is missed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = Number(process.argv[2] ?? 15)
const beyondNodeMsMax = 100
const largeMsMax = 3000
const clusterCount = 1000
const folder = mkdtempSync(join(tmpdir(), 'bench-check-'))
const empty = join(folder, 'empty.mjs')
const large = join(folder, 'fleet.yaml')
const acme = join(root, 'examples/acme/fleet.yaml')
const program = join(root, 'bin/regroup.js')

/** The example with its twelve groups, for many clusters. */
function largeFleet() {
  const names = Array.from({ length: clusterCount }, (_, index) => `c-${index}`)
  return readFileSync(acme, 'utf8')
    .replace('availabilityZone: ["*"]', 'availabilityZone: [a, b, c]')
    .replaceAll('$(azIndex)', '$(az)')
    .replace(/^clusters:\n(?: {2}- .*\n)+/m, `clusters:\n  - { names: [${names.join(', ')}] }\n`)
}

writeFileSync(empty, '')
writeFileSync(large, largeFleet())
const rows = [
  { name: 'an empty script', args: [empty], rounds },
  { name: '15 clusters', args: [program, 'check', acme], rounds },
  { name: `${clusterCount} x 12 groups`, args: [program, 'check', large], rounds: 3 },
]
const times = rows.map(() => [])
// The first round fills the file cache and is not counted.
for (let round = 0; round <= rounds; round += 1) {
  for (const [index, { args, rounds: count }] of rows.entries()) {
    if (round > count) continue
    const startedMs = performance.now()
    const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
    if (index === 2 && !stdout.includes(`in ${clusterCount * 12} groups`)) {
      throw new Error('the large fleet has not as many groups as it should')
    }
    if (round > 0) times[index].push(performance.now() - startedMs)
  }
}
rmSync(folder, { recursive: true })
const [bareMs, smallMs, largeMs] = times.map(
  (one) => one.sort((a, b) => a - b)[Math.floor(one.length / 2)],
)
const verdicts = [
  ['an empty script', bareMs, undefined],
  ['15 clusters beyond it', smallMs - bareMs, beyondNodeMsMax],
  [rows[2].name, largeMs, largeMsMax],
]
for (const [name, ms, max] of verdicts) {
  const isMet = max === undefined || ms <= max
  const target = max === undefined ? '' : `  target <= ${max} ms${isMet ? '' : ', not met'}`
  console.log(`${name.padEnd(22)} ${ms.toFixed(0).padStart(6)} ms${target}`)
  if (!isMet) process.exitCode = 1
}
console.log(`medians of ${rounds} rounds (3 for the large fleet), Node ${process.version}`)
