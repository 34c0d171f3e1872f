// The served twin with the seed's world: how soon it answers, how many signed describe calls per second of one core
// it answers, and how much memory it takes.
//   node scripts/bench-wire.mjs [calls] [starts]
// Ends with 1 when a target is missed.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const callCount = Number(process.argv[2] ?? 5000)
const startCount = Number(process.argv[3] ?? 10)
const concurrency = 8
const ticksPerSecond = 100
const targets = { firstAnswerMs: 1000, callsPerCpuSecond: 1000, mebibytes: 200 }
const state = mkdtempSync(`${tmpdir()}/bench-wire-`)
const flags = ['--scenario', 'seed-web-shop', '--port', '0', '-o', 'json']
const agent = new Agent({ keepAlive: true, maxSockets: concurrency })

/** A twin in a process of its own and what its first line says. */
async function start() {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [`${root}/bin/regroup.js`, 'twin', 'serve', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_RUNTIME_DIR: state },
  })
  const line = await new Promise((resolve) =>
    child.stdout.once('data', (bytes) => resolve(String(bytes))),
  )
  const twin = { child, startedMs, ...JSON.parse(line.split('\n')[0]) }
  return { ...twin, readyMs: performance.now() - startedMs }
}

async function stop({ child }) {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await ended
}

function headers({ aws }, service) {
  const date = new Date().toISOString().slice(0, 10).replaceAll('-', '')
  const scope = `${aws.accessKeyId}/${date}/${aws.region}/${service}/aws4_request`
  const signature = 'a'.repeat(64)
  const form = service === 'eks' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  return {
    ...form,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  }
}

function ask(twin, { body, method = 'POST', path = '/', service }) {
  return new Promise((resolve, reject) => {
    const url = new URL(path, twin.aws.endpoint)
    const call = request(url, { method, agent, headers: headers(twin, service) }, (response) => {
      response.resume()
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)),
      )
    })
    call.once('error', reject)
    call.end(body)
  })
}

/** Seconds of CPU that the twin has used; undefined where /proc is missing. */
function cpuSeconds({ child }) {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return undefined
  }
}

/** Resident memory in mebibytes, now and at its highest; undefined where /proc is missing. */
function memoryOf({ child }) {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    const read = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
    return { now: read('VmRSS'), highest: read('VmHWM') }
  } catch {
    return undefined
  }
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

function verdict(isMet, text) {
  if (!isMet) process.exitCode = 1
  return `target ${text}${isMet ? '' : ', not met'}`
}

const ready = []
const first = []
const cpu = []
for (let run = 0; run < startCount; run += 1) {
  const twin = await start()
  await ask(twin, { service: 'eks', method: 'GET', path: '/clusters' })
  first.push(performance.now() - twin.startedMs)
  ready.push(twin.readyMs)
  cpu.push(cpuSeconds(twin) ?? Number.NaN)
  await stop(twin)
}
const firstMs = median(first)
console.log(
  `ready after ${median(ready).toFixed(0)} ms, first answer after ${firstMs.toFixed(0)} ms (median of ${startCount}, slowest ${first.at(-1).toFixed(0)} ms, ${median(cpu).toFixed(2)} s of CPU); ${verdict(firstMs <= targets.firstAnswerMs, `<= ${targets.firstAnswerMs} ms`)}`,
)

const twin = await start()
const cluster = twin.clusters[0].name
const samples = [
  ['eks DescribeCluster', { service: 'eks', method: 'GET', path: `/clusters/${cluster}` }],
  [
    'autoscaling DescribeAutoScalingGroups',
    { service: 'autoscaling', body: 'Action=DescribeAutoScalingGroups&MaxRecords=1' },
  ],
  ['ec2 DescribeSubnets', { service: 'ec2', body: 'Action=DescribeSubnets' }],
]
for (const [name, sample] of samples) {
  for (let call = 0; call < 300; call += 1) await ask(twin, sample)
  const before = cpuSeconds(twin)
  const beganMs = performance.now()
  let left = callCount
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await ask(twin, sample)
    }),
  )
  const seconds = (performance.now() - beganMs) / 1000
  const wall = `${(callCount / seconds).toFixed(0)} calls/s of wall`
  const used = before === undefined ? undefined : cpuSeconds(twin) - before
  const rate = used === undefined ? undefined : callCount / used
  const perCore =
    rate === undefined
      ? 'CPU unknown here'
      : `${rate.toFixed(0)} per CPU second of the twin; ${verdict(rate >= targets.callsPerCpuSecond, `>= ${targets.callsPerCpuSecond}`)}`
  console.log(`${name}: ${wall}, ${perCore}`)
}
const memory = memoryOf(twin)
console.log(
  memory === undefined
    ? 'memory unknown here'
    : `memory ${memory.now.toFixed(0)} MiB, at most ${memory.highest.toFixed(0)} MiB; ${verdict(memory.highest <= targets.mebibytes, `<= ${targets.mebibytes} MiB`)}`,
)
agent.destroy()
await stop(twin)
rmSync(state, { recursive: true, force: true })
