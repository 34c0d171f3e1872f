import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../main.ts'

const fleet = 'examples/seed-web-shop/fleet.yaml'
const servers: Server[] = []
const kept = { ...process.env }

beforeEach(() => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'canary',
    AWS_EC2_METADATA_DISABLED: 'true',
  })
})

afterEach(() => {
  process.env = { ...kept }
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function run(args: readonly string[]) {
  const texts = { out: '', err: '' }
  const code = await main(args, {
    out: (text) => {
      texts.out += text
    },
    err: (text) => {
      texts.err += text
    },
    isTerminal: false,
    hasColour: false,
    columns: 80,
    wallMs: () => 0,
  })
  return { code, ...texts }
}

/** An endpoint that answers every call the same way. */
async function endpoint(status: number, headers: Record<string, string>, body: string) {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, headers).end(body)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('regroup migrate', () => {
  it.each([
    {
      name: 'does nothing without a confirmation',
      args: ['-f', fleet],
      code: 64,
      err: 'Add --confirm shop',
    },
    {
      name: 'does nothing when another cluster is confirmed',
      args: ['-f', fleet, '--confirm', 'shpo'],
      code: 64,
      err: '--confirm shpo is not the cluster shop; nothing was touched',
    },
    {
      name: 'knows the clusters of the file',
      args: ['-f', fleet, '--cluster', 'shpo'],
      code: 3,
      err: 'It has shop.',
    },
    { name: 'refuses an unknown output', args: ['-f', fleet, '-o', 'xml'], code: 64, err: 'xml' },
  ])('$name', async ({ args, code, err }) => {
    const result = await run(['migrate', ...args])
    expect(result).toMatchObject({ code, out: '' })
    expect(result.err).toContain(err)
  })

  it.each([
    {
      name: 'wrong credentials',
      status: 403,
      type: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
      code: 4,
      err: ['eks:DescribeCluster', 'UnrecognizedClientException', '--profile'],
    },
    {
      name: 'a missing permission',
      status: 403,
      type: 'AccessDeniedException',
      message: 'no',
      code: 1,
      err: ['needs the permission eks:DescribeCluster'],
    },
    {
      name: 'a cluster that is not there',
      status: 404,
      type: 'ResourceNotFoundException',
      message: 'No cluster found for name: shop.',
      code: 1,
      err: ['eks:DescribeCluster: ResourceNotFoundException: No cluster found for name: shop.'],
    },
  ])('$name is one clear error', async ({ code, err, message, status, type }) => {
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type }
    const url = await endpoint(status, headers, JSON.stringify({ message }))
    const result = await run(['migrate', '-f', fleet, '--confirm', 'shop', '--endpoint-url', url])
    expect(result).toMatchObject({ code, out: '' })
    for (const text of err) expect(result.err).toContain(text)
    expect(result.err).not.toContain('canary')
    expect(result.err).not.toContain(' at ')
  })

  it('refuses a kubeconfig that leads to another cluster', async () => {
    const cluster = { name: 'shop', endpoint: 'https://shop.example', arn: 'arn:shop' }
    const url = await endpoint(
      200,
      { 'content-type': 'application/json' },
      JSON.stringify({ cluster }),
    )
    const args = ['--kubeconfig', 'test/fixtures/other-cluster.kubeconfig', '--endpoint-url', url]
    const result = await run(['migrate', '-f', fleet, '--confirm', 'shop', ...args])
    expect(result.code).toBe(1)
    expect(result.err).toContain('the kubeconfig leads to other.example, but AWS says that shop is')
  })
})
