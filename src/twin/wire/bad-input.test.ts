/** What strangers send: the process lives, answers in AWS's words or closes, and memory stays bounded. Twin layer. */

import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Heard,
  hear,
  listClusters,
  type Served,
  servedTwin,
} from '../../../test/served-twin.ts'
import { authorization } from '../../../test/wire-world.ts'
import { type Random, seededRandom } from '../../world/random.ts'

let twin: Served

beforeAll(async () => {
  twin = await servedTwin()
})

afterAll(async () => {
  await twin.stop()
})

function post(
  service: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  return hear(twin.served.aws.endpoint, {
    method: 'POST',
    headers: { authorization: authorization(service), ...headers },
    body,
  })
}

/** Sends raw bytes, by default to the port of AWS; what came back until the server closed. */
function raw(
  bytes: string | Buffer,
  { isEnded = true, port = Number(new URL(twin.served.aws.endpoint).port) } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => {
      if (isEnded) socket.end(bytes)
      else socket.write(bytes)
    })
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.once('error', () => resolve(Buffer.concat(chunks).toString()))
    socket.once('close', () => resolve(Buffer.concat(chunks).toString()))
  })
}

describe('bodies', () => {
  const bomb = [
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">',
    ...Array.from({ length: 9 }, (_, level) => `<!ENTITY a${level} "${'&a;'.repeat(10)}">`),
    ']><l>&a8;</l>',
  ].join('')
  const rows = [
    { name: 'an XML bomb to ec2', service: 'ec2', body: bomb, code: 'MissingAction' },
    { name: 'an XML bomb to eks', service: 'eks', body: bomb, code: 'UnknownOperationException' },
    {
      name: 'invalid UTF-8',
      service: 'sts',
      body: Buffer.from([0x41, 0xff, 0xfe, 0x80]),
      code: 'MalformedInput',
    },
    { name: 'a broken escape', service: 'sts', body: 'Action=%zz', code: 'MalformedInput' },
    {
      name: 'too deep a form',
      service: 'ec2',
      body: `Action=DescribeSubnets&${'a.'.repeat(500)}b=1`,
      code: 'InvalidParameterValue',
    },
    {
      name: 'too many parameters',
      service: 'ec2',
      body: `Action=DescribeSubnets${'&a=1'.repeat(30_000)}`,
      code: 'InvalidParameterValue',
    },
    {
      name: 'a prototype as parameter',
      service: 'ec2',
      body: 'Action=DescribeSubnets&__proto__.polluted=1&constructor.prototype.polluted=1',
      code: undefined,
    },
    { name: 'NUL', service: 'sts', body: 'Action=%00', code: 'InvalidAction' },
  ]
  it.each(rows)('$name', async ({ body, code, service }) => {
    const answer = await post(service, body)
    if (code === undefined) expect(answer.status).toBe(200)
    else expect(answer.body + String(answer.headers['x-amzn-errortype'])).toContain(code)
    expect('polluted' in {}).toBe(false)
  })

  it('deep JSON is refused, not recursed into', async () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
    const answer = await post('ssm', deep, { 'x-amz-target': 'AmazonSSM.GetParameter' })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect((await listClusters(twin)).status).toBe(200)
  })

  it('a prototype in tags stays a key', async () => {
    const body = '{"name":"x","tags":{"__proto__":{"polluted":1}}}'
    await hear(`${twin.served.aws.endpoint}/clusters`, {
      method: 'POST',
      headers: { authorization: authorization('eks') },
      body,
    })
    expect('polluted' in {}).toBe(false)
  })

  it('a hundred megabytes announced are refused unread', async () => {
    const head = [
      'POST / HTTP/1.1',
      'host: twin',
      `authorization: ${authorization('ec2')}`,
      'content-length: 104857600',
      '',
      'Action=',
    ].join('\r\n')
    const answer = await raw(head, { isEnded: false })
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('a hundred megabytes in chunks are cut off early', async () => {
    const before = process.memoryUsage().rss
    const chunk = Buffer.alloc(1024 * 1024, 'a')
    const { port } = new URL(twin.served.aws.endpoint)
    const sent = await new Promise<number>((resolve) => {
      let count = 0
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('POST / HTTP/1.1\r\nhost: twin\r\ntransfer-encoding: chunked\r\n\r\n')
        const more = (): void => {
          if (socket.destroyed || count >= 100) return
          count += 1
          socket.write(`${chunk.length.toString(16)}\r\n`)
          socket.write(chunk)
          socket.write('\r\n', more)
        }
        more()
      })
      socket.on('data', () => undefined)
      socket.once('error', () => undefined)
      socket.once('close', () => resolve(count))
    })
    expect(sent).toBeLessThan(100)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
  })
})

describe('signatures', () => {
  const names = ['s3', 'dynamodb', 'iam2', 'constructor', '__proto__', 'toString', 'eks.evil']
  it.each(names)('the service %s is unknown and named', async (name) => {
    const credential = `AKIDEXAMPLE/20261124/eu-west-1/${name}/aws4_request`
    const answer = await hear(twin.served.aws.endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
      },
      body: 'Action=ListBuckets',
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.body).toContain(
      /^[a-z0-9-]+$/.test(name) ? `no service '${name}'` : 'Credential should be scoped',
    )
  })

  it('mutated: refused or let in, never a 5xx', async () => {
    const random = seededRandom('bad-signature/1')
    const statuses = new Set<number>()
    for (let round = 0; round < 400; round += 1) {
      const header = mutate(authorization('eks'), random).replace(/[^\x20-\x7e]/g, '?')
      const answer = await hear(`${twin.served.aws.endpoint}/clusters`, {
        headers: { authorization: header },
      })
      statuses.add(answer.status)
      expect([answer.status < 500, header]).toEqual([true, header])
      expect(answer.body).toMatch(/^(?:\{|<\?xml)/)
    }
    expect([...statuses]).toEqual(expect.arrayContaining([200, 403]))
  })
})

describe('the control endpoint', () => {
  it('keeps nothing of a large body of somebody without the token', async () => {
    const { port } = new URL(twin.served.control.endpoint)
    const head = 'POST /world HTTP/1.1\r\nhost: twin\r\ncontent-length: 104857600\r\n\r\n{'
    expect(await raw(head, { isEnded: false, port: Number(port) })).toMatch(/^HTTP\/1\.1 413 /)
    expect((await listClusters(twin)).status).toBe(200)
  })
})

describe('connections', () => {
  it('thousands that say nothing take little, and others are still served', async () => {
    const before = process.memoryUsage().rss
    const { port } = new URL(twin.served.aws.endpoint)
    const sockets: Socket[] = []
    for (let batch = 0; batch < 10; batch += 1) {
      await Promise.all(
        Array.from({ length: 150 }, () => {
          return new Promise<void>((resolve) => {
            const socket = connect(Number(port), '127.0.0.1', resolve)
            socket.once('error', () => resolve())
            sockets.push(socket)
          })
        }),
      )
    }
    expect((await listClusters(twin)).status).toBe(200)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
    for (const socket of sockets) socket.destroy()
  })

  it('half a request is no hindrance', async () => {
    const { port } = new URL(twin.served.aws.endpoint)
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nhost: t'),
    )
    expect((await listClusters(twin)).status).toBe(200)
    socket.destroy()
  })
})

describe('bytes at random', () => {
  const random = seededRandom('bad-input/1')

  it('raw: every connection ends, the twin goes on', async () => {
    for (let round = 0; round < 200; round += 1) {
      const answer = await raw(noise(random))
      expect(answer === '' || /^HTTP\/1\.1 \d{3} /.test(answer)).toBe(true)
    }
    expect((await listClusters(twin)).status).toBe(200)
  })

  it('mutated requests: always an answer in the service’s words, never a 5xx but 501', async () => {
    const codes = new Map<number, number>()
    for (let round = 0; round < 600; round += 1) {
      const sample = samples[Math.floor(random.next() * samples.length)]!
      const body = mutate(sample.body, random)
      const answer = await hear(twin.served.aws.endpoint + sample.path, {
        method: sample.method,
        headers: { authorization: authorization(sample.service), ...sample.headers },
        ...(body === '' ? {} : { body }),
      })
      codes.set(answer.status, (codes.get(answer.status) ?? 0) + 1)
      if (answer.status === 501) continue
      expect([answer.status < 500, answer.body]).toEqual([true, answer.body])
      const isXml = sample.service !== 'eks' && sample.service !== 'ssm'
      expect(answer.body.startsWith(isXml ? '<?xml' : '{')).toBe(true)
    }
    expect(codes.get(400)).toBeGreaterThan(100)
    expect((await listClusters(twin)).status).toBe(200)
  })
})

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const samples = [
  {
    service: 'ec2',
    method: 'POST',
    path: '/',
    headers: form,
    body: 'Action=CreateLaunchTemplate&LaunchTemplateName=abc&LaunchTemplateData.ImageId=ami-1&LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize=20',
  },
  {
    service: 'ec2',
    method: 'POST',
    path: '/',
    headers: form,
    body: 'Action=DescribeSubnets&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&MaxResults=5',
  },
  {
    service: 'autoscaling',
    method: 'POST',
    path: '/',
    headers: form,
    body: 'Action=DescribeAutoScalingGroups&AutoScalingGroupNames.member.1=a&MaxRecords=3',
  },
  {
    service: 'autoscaling',
    method: 'POST',
    path: '/',
    headers: form,
    body: 'Action=SetDesiredCapacity&AutoScalingGroupName=a&DesiredCapacity=3',
  },
  {
    service: 'sts',
    method: 'POST',
    path: '/',
    headers: form,
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  },
  {
    service: 'ssm',
    method: 'POST',
    path: '/',
    headers: { 'x-amz-target': 'AmazonSSM.GetParameters' },
    body: '{"Names":["/aws/service/a"],"WithDecryption":false}',
  },
  {
    service: 'eks',
    method: 'POST',
    path: '/clusters/shop/node-groups',
    headers: {},
    body: '{"nodegroupName":"a","subnets":["subnet-1"],"nodeRole":"arn:aws:iam::111122223333:role/a","scalingConfig":{"minSize":1},"labels":{"a":"b"}}',
  },
  {
    service: 'eks',
    method: 'GET',
    path: '/clusters/shop/updates?nodegroupName=a&maxResults=x',
    headers: {},
    body: '',
  },
] as const

function noise(random: Random): Buffer {
  const starts = [
    '',
    'GET / HTTP/1.1\r\n',
    'POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n',
    'PUT /\r\n',
  ]
  const start = starts[Math.floor(random.next() * starts.length)] ?? ''
  const size = Math.floor(random.next() * 300)
  const bytes = Uint8Array.from({ length: size }, () => Math.floor(random.next() * 256))
  return Buffer.concat([Buffer.from(start), bytes, Buffer.from('\r\n\r\n')])
}

/** Cuts, doubles, swaps or replaces a piece; sometimes leaves it be. */
function mutate(text: string, random: Random): string {
  if (text === '') return text
  const at = Math.floor(random.next() * text.length)
  const length = Math.floor(random.next() * 12)
  const piece = text.slice(at, at + length)
  const fillings = [
    '',
    piece + piece,
    '%',
    '\u0000',
    '&&',
    '"',
    '}',
    '.1.1',
    '999999999999999999999',
    'é',
    'null',
  ]
  const filling = fillings[Math.floor(random.next() * fillings.length)] ?? ''
  return text.slice(0, at) + filling + text.slice(at + length)
}
