// Memory of 10,000 pods listed over HTTP: as they are, and as the drain keeps them. Both run with an old space of
// 60 MiB at most: a process that needs more ends, and the bench fails with it.
//   node scripts/bench-kube.mjs [pods]
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { kubeClient } from '../dist/src/kube/client.js'
import { fixedCredentials } from '../dist/src/kube/credentials/credentials.js'
import { DrainState } from '../dist/src/observe/drain-state.js'
import { Reflector } from '../dist/src/observe/reflector.js'
import { seededRandom } from '../dist/src/world/random.js'
import { systemClock } from '../dist/src/world/system-clock.js'

/** Old space of the measured processes: lists, projections and their garbage, mebibytes. */
const boundMebibytes = 60
const pageSize = 500
const [role = 'main', argument = '10000'] = /^\d+$/.test(process.argv[2] ?? '')
  ? ['main', process.argv[2]]
  : process.argv.slice(2)
const mebibytes = (bytes) => bytes / 2 ** 20

/** A pod of about 4.2 KB, as a real API server lists it: a third of it is managedFields. */
function wirePod(index) {
  const app = `service-${index % 200}`
  const name = `${app}-7d4b9c6f5-${index.toString(36).padStart(5, 'x')}`
  const token = `kube-api-access-${index.toString(36)}`
  const container = (part) => ({
    name: part,
    image: `registry.example/${app}/${part}:1.2.3`,
    env: Array.from({ length: 6 }, (_, at) => ({ name: `SETTING_${at}`, value: `${name}-${at}` })),
    resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    ports: [{ containerPort: 8080, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 10 },
    volumeMounts: [{ name: token, readOnly: true, mountPath: '/var/run/secrets' }],
  })
  const field = (path) => [`f:${path}`, { '.': {}, 'f:type': {}, 'f:status': {}, 'f:reason': {} }]
  return {
    metadata: {
      name,
      namespace: `team-${index % 20}`,
      uid: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
      resourceVersion: String(100_000 + index),
      creationTimestamp: '2026-09-01T08:00:00Z',
      labels: { app, 'pod-template-hash': '7d4b9c6f5', tier: 'backend' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${app}-7d4b9c6f5`,
          uid: `11111111-0000-4000-8000-${(index % 200).toString(16).padStart(12, '0')}`,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [
        {
          manager: 'kube-controller-manager',
          operation: 'Update',
          fieldsV1: Object.fromEntries(Array.from({ length: 24 }, (_, at) => field(`spec-${at}`))),
        },
      ],
    },
    spec: {
      nodeName: `ip-10-0-${(index >> 5) % 250}-${index % 32}.eu-west-1.compute.internal`,
      containers: [container('main')],
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
      ],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { app } },
        },
      ],
      volumes: [
        { name: token, projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
      ],
      terminationGracePeriodSeconds: 30,
      serviceAccountName: app,
    },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: '2026-09-01T08:00:00Z',
      })),
      containerStatuses: [
        { name: 'main', ready: true, restartCount: 0, image: 'i', imageID: name },
      ],
    },
  }
}

/** Pages are made when they are asked for; watches stay open and silent. */
function serve(podCount) {
  const server = createServer((request, answer) => {
    const { searchParams } = new URL(request.url, 'http://server')
    answer.setHeader('content-type', 'application/json')
    if (searchParams.has('watch')) return answer.flushHeaders()
    const from = Number(searchParams.get('continue') ?? 0)
    const isWarming = searchParams.has('labelSelector')
    const until = isWarming ? from : Math.min(podCount, from + pageSize)
    const items = Array.from({ length: until - from }, (_, at) => wirePod(from + at))
    const token = until < podCount && !isWarming ? { continue: String(until) } : {}
    const metadata = { resourceVersion: '200000', ...token }
    answer.setHeader('content-encoding', 'gzip')
    return answer.end(gzipSync(JSON.stringify({ kind: 'PodList', metadata, items }), { level: 1 }))
  })
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
}

async function measure(mode, port) {
  const clock = systemClock()
  const server = new URL(`http://127.0.0.1:${port}`)
  const kube = kubeClient({
    connection: {
      endpoint: { name: 'bench', server, isTlsVerified: true },
      credentials: fixedCredentials({}),
    },
    clock,
    random: seededRandom('bench'),
  })
  await kube.list('Pod', { namespace: 'warm', labelSelector: 'up' })
  global.gc()
  const before = process.memoryUsage()
  let peakBytes = 0
  let peakHeapBytes = 0
  const look = () => {
    const { heapUsed, rss } = process.memoryUsage()
    peakBytes = Math.max(peakBytes, rss)
    peakHeapBytes = Math.max(peakHeapBytes, heapUsed)
  }
  const timer = setInterval(look, 5)
  const startedMs = performance.now()
  const kept = mode === 'whole' ? await listWhole(kube) : await listProjected(kube, clock)
  const wallMs = performance.now() - startedMs
  look()
  clearInterval(timer)
  global.gc()
  const after = process.memoryUsage()
  // Asked for after the collection, so that what is kept is kept.
  const count = kept.count()
  process.send({
    wallMs,
    count,
    keptMebibytes: mebibytes(after.heapUsed - before.heapUsed),
    peakMebibytes: mebibytes(peakHeapBytes),
    grownMebibytes: mebibytes(peakBytes - before.rss),
  })
  process.disconnect()
  kept.stop()
}

async function listWhole(kube) {
  const { items } = await kube.list('Pod')
  return { count: () => items.length, stop: () => undefined }
}

async function listProjected(kube, clock) {
  const state = new DrainState()
  const projection = state.projectionOf('Pod')
  const reflector = new Reflector({
    kube,
    clock,
    kind: 'Pod',
    projection,
    onChange: () => undefined,
  })
  await reflector.start()
  return { count: () => state.podCount, stop: () => reflector.stop() }
}

/** The first message of a process of its own: what one measures must not weigh on the other. */
function started(args) {
  const file = fileURLToPath(import.meta.url)
  const execArgv = [
    '--expose-gc',
    '--max-semi-space-size=2',
    `--max-old-space-size=${boundMebibytes}`,
  ]
  const child = fork(file, args.map(String), { execArgv })
  const message = new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)))
  })
  return { child, message }
}

async function main(podCount) {
  const server = started(['serve', podCount])
  try {
    const port = await server.message
    const whole = await measured('whole', port)
    const projected = await measured('projected', port)
    const ratio = whole.keptMebibytes / projected.keptMebibytes
    console.log(`projected keeps 1/${ratio.toFixed(1)} of the heap`)
    const isKept = projected.keptMebibytes < whole.keptMebibytes / 2
    if (projected.count === podCount && isKept) return
    console.log('not all pods arrived, or the projection keeps too much')
    process.exitCode = 1
  } finally {
    server.child.kill()
  }
}

async function measured(mode, port) {
  const result = await started([mode, port]).message
  const { count, grownMebibytes, keptMebibytes, peakMebibytes, wallMs } = result
  const heap = `heap kept ${keptMebibytes.toFixed(1)} MiB, at most ${peakMebibytes.toFixed(1)} MiB`
  const process = `process grew by ${grownMebibytes.toFixed(1)} MiB`
  console.log(`${mode}: ${count} pods in ${wallMs.toFixed(0)} ms, ${heap}, ${process}`)
  return result
}

if (role === 'serve') serve(Number(argument))
else if (role === 'main') await main(Number(argument))
else await measure(role, argument)
