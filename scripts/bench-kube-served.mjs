// The API servers of `regroup twin serve`, asked over TLS as a user's machine does: 10,000 pods on 500 nodes listed in
// chunks of 500, the memory of the server, and the demo's cluster migrated at speed max.
//   node scripts/bench-kube-served.mjs
// Ends with 1 when a target is missed.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kubeClient } from '../dist/src/kube/client.js'
import { connectionOf } from '../dist/src/kube/config/connection.js'
import { loadKubeconfig } from '../dist/src/kube/config/load.js'
import { seededRandom } from '../dist/src/world/random.js'
import { systemClock } from '../dist/src/world/system-clock.js'

const program = fileURLToPath(new URL('../bin/regroup.js', import.meta.url))
const example = fileURLToPath(new URL('../examples/seed-web-shop/', import.meta.url))
const targets = { mebibytes: 400, listSeconds: 2, migrateSeconds: 60 }
const zones = ['a', 'b', 'c']
const nodeCount = 500
const deploymentCount = 200
const replicas = 50
const watchCount = 200
const folder = mkdtempSync(join(tmpdir(), 'bench-kube-served-'))

/** 500 nodes in three groups, 200 Deployments of 50 pods. */
function writeWorld() {
  const groups = zones.map((zone, index) => ({
    name: `bench-${zone}`,
    zone,
    instanceType: 'm6i.4xlarge',
    count: Math.floor((nodeCount + index) / zones.length),
    maxSize: nodeCount,
  }))
  const items = Array.from({ length: deploymentCount }, (_, index) => {
    const labels = { app: `service-${index}`, tier: 'backend' }
    const requests = { cpu: '500m', memory: '1Gi' }
    const containers = [{ name: 'main', image: 'registry.example/main:1', resources: { requests } }]
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: `team-${index % 20}`, name: `service-${index}`, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    }
  })
  writeFileSync(join(folder, 'pods.json'), JSON.stringify({ kind: 'List', items }))
  const world = {
    apiVersion: 'regroup.dev/v1alpha1',
    kind: 'World',
    cluster: { name: 'bench', kubernetesVersion: '1.34', autoscaler: false },
    groups,
    manifests: ['pods.json'],
  }
  const file = join(folder, 'world.yaml')
  writeFileSync(file, JSON.stringify(world))
  return file
}

/** A twin in a process of its own and what its first line says. */
async function serve(...flags) {
  const state = join(folder, flags.join('').replaceAll(/\W/g, ''))
  mkdirSync(state)
  const args = [program, 'twin', 'serve', ...flags, '--port', '0', '-o', 'json']
  const env = { ...process.env, XDG_RUNTIME_DIR: state }
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env })
  const line = await new Promise((resolve, reject) => {
    child.stdout.once('data', (bytes) => resolve(String(bytes)))
    child.once('exit', (code) => reject(new Error(`twin serve ended with ${code}`)))
  })
  const stop = () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    return ended
  }
  return { child, stop, ...JSON.parse(line.split('\n')[0]) }
}

/** Highest resident memory in mebibytes; undefined where /proc is missing. */
function highestMebibytes({ child }) {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024
  } catch {
    return undefined
  }
}

function tell(text, isMet) {
  if (!isMet) process.exitCode = 1
  console.log(`${text}${isMet ? '' : ', not met'}`)
}

async function clientOf(path) {
  const clock = systemClock()
  const config = await loadKubeconfig({ path, env: {} })
  const connection = await connectionOf(config, { clock, env: {}, isInteractive: false })
  const limits = { ratePerSecond: 10_000, burst: 10_000 }
  return kubeClient({ connection, clock, random: seededRandom('bench'), limits })
}

async function measureLists() {
  const twin = await serve('--world', writeWorld())
  const client = await clientOf(twin.clusters[0].kubeconfig)
  const seconds = []
  let pods
  for (let run = 0; run < 3; run += 1) {
    const startedMs = performance.now()
    pods = await client.list('Pod')
    seconds.push((performance.now() - startedMs) / 1000)
  }
  const nodes = await client.list('Node')
  const { resourceVersion } = pods
  const watches = Array.from({ length: watchCount }, () =>
    client.watch('Pod', { resourceVersion }, () => undefined),
  )
  await Promise.all(watches.map((watch) => watch.opened))
  await client.list('Pod')
  for (const watch of watches) watch.stop()
  const mebibytes = highestMebibytes(twin)
  client.close()
  await twin.stop()
  const counts = `${pods.items.length} pods on ${nodes.items.length} nodes`
  const all = seconds.map((one) => one.toFixed(2)).join(', ')
  const isWhole =
    pods.items.length === deploymentCount * replicas && nodes.items.length === nodeCount
  tell(
    `${counts} listed over TLS in chunks of 500 in ${all} s; target <= ${targets.listSeconds} s`,
    isWhole && Math.max(...seconds) <= targets.listSeconds,
  )
  tell(
    `the server with ${watchCount} watches: at most ${mebibytes?.toFixed(0) ?? '?'} MiB; target <= ${targets.mebibytes} MiB`,
    (mebibytes ?? 0) <= targets.mebibytes,
  )
}

async function measureMigration() {
  const twin = await serve('--world', join(example, 'world.yaml'))
  const { aws, control } = twin
  const name = twin.clusters[0].name
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
    REGROUP_TWIN_CONTROL: control.endpoint,
    REGROUP_TWIN_TOKEN: control.token,
  }
  const startedMs = performance.now()
  const args = [
    program,
    'migrate',
    '-f',
    join(example, 'fleet.yaml'),
    '--confirm',
    name,
    '-q',
    '-o',
    'json',
  ]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (bytes) => {
    text += bytes
  })
  await new Promise((resolve) => child.once('close', resolve))
  const seconds = (performance.now() - startedMs) / 1000
  await twin.stop()
  const { calls, result, seconds: virtualSeconds } = JSON.parse(text)
  const hours = (virtualSeconds / 3600).toFixed(1)
  tell(
    `the demo's cluster migrated over HTTP and TLS at speed max: ${result} after ${hours} virtual hours, ${calls.aws} + ${calls.kubernetes} calls, in ${seconds.toFixed(1)} s; target < ${targets.migrateSeconds} s`,
    result === 'converged' && seconds < targets.migrateSeconds,
  )
}

try {
  await measureLists()
  await measureMigration()
} finally {
  rmSync(folder, { recursive: true })
}
