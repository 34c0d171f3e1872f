// A served twin for one suite, with a recorder in front: every exchange is kept for the check against
// botocore's models, and the time in which at least one request was waiting is added up.
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createServer, request } from 'node:http'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../bin/regroup.js', import.meta.url))

/** Starts `regroup twin serve` and waits for its first line. */
async function serve(options) {
  const child = spawn(
    process.execPath,
    [program, 'twin', 'serve', ...options, '--port', '0', '-o', 'json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  const line = await new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`twin serve ended with ${code}`)))
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
  })
  child.removeAllListeners('exit')
  return { child, served: JSON.parse(line) }
}

/** Forwards to `target`; writes exchanges as lines of JSON to `file`. */
async function recorder(target, file) {
  const out = createWriteStream(file)
  const { hostname, port } = new URL(target)
  let open = 0
  let since = 0
  let waitedMs = 0
  let count = 0
  const server = createServer(async (incoming, answer) => {
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const { headers, method, url: path } = incoming
    if (open === 0) since = performance.now()
    open += 1
    count += 1
    const end = (status, answered, reply) => {
      open -= 1
      if (open === 0) waitedMs += performance.now() - since
      const asked = { method, path, headers, body: body.toString('utf8') }
      const given = { status, headers: answered, body: reply.toString('utf8') }
      out.write(`${JSON.stringify({ request: asked, response: given })}\n`)
      const { 'transfer-encoding': _, connection: __, ...kept } = answered
      answer.writeHead(status, kept)
      answer.end(reply)
    }
    const forward = request({ hostname, port, method, path, headers }, async (reply) => {
      const parts = []
      for await (const part of reply) parts.push(part)
      end(reply.statusCode, reply.headers, Buffer.concat(parts))
    })
    forward.on('error', () => end(502, {}, Buffer.from('')))
    forward.end(body)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    waitedMs: () => waitedMs,
    count: () => count,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await new Promise((resolve) => out.end(resolve))
    },
  }
}

/** A twin and the environment that points clients at it. */
export async function startTwin({ file, options = ['--empty'] }) {
  const { child, served } = await serve(options)
  const front = await recorder(served.aws.endpoint, file)
  return {
    ...front,
    region: served.aws.region,
    control: served.control,
    credentials: {
      accessKeyId: served.aws.accessKeyId,
      secretAccessKey: served.aws.secretAccessKey,
    },
    env: {
      AWS_ENDPOINT_URL: front.endpoint,
      AWS_REGION: served.aws.region,
      AWS_DEFAULT_REGION: served.aws.region,
      AWS_ACCESS_KEY_ID: served.aws.accessKeyId,
      AWS_SECRET_ACCESS_KEY: served.aws.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
    stop: async () => {
      await front.close()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}
