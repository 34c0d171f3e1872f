// Fuzzes the parsers of user data and the converter in threads; the same seed gives the same inputs.
// --runs N       inputs in all (default 20000)
// --seed N       default 6
// --jobs N       threads (default: one per core, at most 4)
// --subject NAME only this one, all inputs for it
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { WorkerPool } from './worker-pool.mjs'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '6' },
    jobs: { type: 'string' },
    subject: { type: 'string' },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = `${root}.cache/fuzz`
const chunk = 1000
const runs = Number(values.runs)
const jobs = Number(values.jobs ?? Math.min(4, availableParallelism()))
if (!(runs >= 1) || !(jobs >= 1) || !Number.isInteger(Number(values.seed))) {
  console.error('--runs and --jobs from 1, --seed a whole number')
  process.exit(2)
}
mkdirSync(folder, { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: { worker: 'test/fuzz/worker.ts', shares: 'test/fuzz/fuzz.ts' },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: false,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
})
const { fuzzShares } = await import(`${folder}/shares.mjs`)
const names = Object.keys(fuzzShares)
if (values.subject !== undefined && !names.includes(values.subject)) {
  console.error(`subjects: ${names.join(', ')}`)
  process.exit(2)
}
const samplesAt = `${root}test/fixtures/user-data/`
const samples = readdirSync(samplesAt)
  .sort()
  .map((name) => readFileSync(samplesAt + name, 'utf8'))

const startedMs = performance.now()
const pool = new WorkerPool(new URL(`file://${folder}/worker.mjs`), jobs)
const counts = new Map()
const found = []
const tasks = names.flatMap((name, place) => {
  const share =
    values.subject === undefined ? fuzzShares[name] / 1000 : Number(values.subject === name)
  const all = Math.round(runs * share)
  return Array.from({ length: Math.ceil(all / chunk) }, (_, at) => ({
    name,
    runs: Math.min(chunk, all - at * chunk),
    seed: Number(values.seed) * 1_000_003 + place * 100_003 + at,
    samples,
  }))
})
// The slow ones first, so that no thread is left with one of them at the end.
let toldMs = performance.now()
let done = 0
await Promise.all(
  tasks.map(async (task) => {
    found.push(...(await pool.run(task)))
    counts.set(task.name, (counts.get(task.name) ?? 0) + task.runs)
    done += task.runs
    if (performance.now() - toldMs < 30_000) return
    toldMs = performance.now()
    process.stderr.write(`${done} of ${runs}, ${found.length} broken\n`)
  }),
)
await pool.close()
for (const { input, law, subject } of found.slice(0, 10)) {
  console.log(`FAILED ${subject}: ${law}\n       ${JSON.stringify(input)}`)
}
for (const [name, count] of counts) console.log(`${String(count).padStart(9)}  ${name}`)
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
console.log(
  `${found.length === 0 ? 'ok    ' : 'FAILED'} ${done} inputs, ${found.length} broke a law, ${seconds} s`,
)
process.exitCode = found.length === 0 ? 0 : 1
