// How many signed describe calls the served twin answers per second of one core, and what it takes.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const callCount = Number(process.argv[2] ?? 5000)
const concurrency = 8
const ticksPerSecond = 100

const startedMs = performance.now()
const twin = spawn(
  'node',
  [
    `${root}/bin/regroup.js`,
    'twin',
    'serve',
    '--scenario',
    'seed-web-shop',
    '--port',
    '0',
    '-o',
    'json',
  ],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_RUNTIME_DIR: process.env.TMPDIR ?? '/tmp' },
  },
)
const line = await new Promise((resolve) =>
  twin.stdout.once('data', (bytes) => resolve(String(bytes))),
)
const readyMs = performance.now() - startedMs
const { aws, clusters } = JSON.parse(line.split('\n')[0])
const agent = new Agent({ keepAlive: true, maxSockets: concurrency })

function headers(service) {
  const date = new Date().toISOString().slice(0, 10).replaceAll('-', '')
  const scope = `${aws.accessKeyId}/${date}/${aws.region}/${service}/aws4_request`
  const signature = 'a'.repeat(64)
  const form = service === 'eks' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  return {
    ...form,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  }
}

function ask({ body, method = 'POST', path = '/', service }) {
  return new Promise((resolve, reject) => {
    const url = new URL(path, aws.endpoint)
    const call = request(url, { method, agent, headers: headers(service) }, (response) => {
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
function cpuSeconds() {
  try {
    const fields = readFileSync(`/proc/${twin.pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return undefined
  }
}

const group = { service: 'autoscaling', body: 'Action=DescribeAutoScalingGroups&MaxRecords=1' }
const samples = [
  ['eks DescribeCluster', { service: 'eks', method: 'GET', path: `/clusters/${clusters[0].name}` }],
  ['autoscaling DescribeAutoScalingGroups', group],
  ['ec2 DescribeSubnets', { service: 'ec2', body: 'Action=DescribeSubnets' }],
]
process.stdout.write(`ready after ${readyMs.toFixed(0)} ms\n`)
for (const [name, sample] of samples) {
  const firstMs = performance.now()
  await ask(sample)
  const firstTookMs = performance.now() - firstMs
  for (let call = 0; call < 300; call += 1) await ask(sample)
  const before = cpuSeconds()
  const beganMs = performance.now()
  let left = callCount
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await ask(sample)
    }),
  )
  const seconds = (performance.now() - beganMs) / 1000
  const used = before === undefined ? undefined : cpuSeconds() - before
  const perCore = used === undefined ? 'unknown' : (callCount / used).toFixed(0)
  process.stdout.write(
    `${name}: first ${firstTookMs.toFixed(0)} ms, ${(callCount / seconds).toFixed(0)} calls/s of wall, ${perCore} per CPU second of the twin\n`,
  )
}
const status = readFileSync(`/proc/${twin.pid}/status`, 'utf8')
process.stdout.write(`memory ${/VmRSS:\s+(\d+)/.exec(status)?.[1]} kB\n`)
agent.destroy()
twin.kill('SIGINT')
