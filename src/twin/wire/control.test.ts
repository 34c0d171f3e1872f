/** The control endpoint over HTTP. Twin layer. */

import { afterEach, describe, expect, it } from 'vitest'
import { control, hear, listClusters, type Served, servedTwin } from '../../../test/served-twin.ts'
import { authorization } from '../../../test/wire-world.ts'
import { isFailure } from '../../world/failure.ts'

const running: Served[] = []

async function start(options: Parameters<typeof servedTwin>[0] = {}): Promise<Served> {
  const twin = await servedTwin(options)
  running.push(twin)
  return twin
}

afterEach(async () => {
  for (const twin of running.splice(0)) await twin.stop()
})

function createTemplate({ served }: Served, name: string): Promise<unknown> {
  const body = `Action=CreateLaunchTemplate&LaunchTemplateName=${name}&LaunchTemplateData.ImageId=ami-1`
  return hear(served.aws.endpoint, {
    method: 'POST',
    headers: { authorization: authorization('ec2') },
    body,
  })
}

async function templates({ served }: Served): Promise<readonly string[]> {
  const body = 'Action=DescribeLaunchTemplates'
  const heard = await hear(served.aws.endpoint, {
    method: 'POST',
    headers: { authorization: authorization('ec2') },
    body,
  })
  return [...heard.body.matchAll(/<launchTemplate(?:Name|Id)>([^<]+)</g)].map(
    (match) => match[1] ?? '',
  )
}

describe('access', () => {
  const rows = [
    { name: 'no token', headers: {} },
    { name: 'a wrong token', headers: { authorization: 'Bearer test-tokeN' } },
    { name: 'a longer token', headers: { authorization: 'Bearer test-token-and-more' } },
  ]
  it.each(rows)('$name is refused', async ({ headers }) => {
    const twin = await start()
    expect((await hear(`${twin.served.control.endpoint}/status`, { headers })).status).toBe(401)
  })

  it.each([
    [
      'POST /faults',
      { kube: { kind: 'bogus' } },
      /^kube\.kind Invalid option: expected one of "reset"/,
    ],
    ['POST /faults', { wire: { kind: 'slow', delayMs: -1 } }, /^wire\.delayMs Too small/],
    ['POST /faults', { foo: 1 }, /^give one of twin, wire, kube, outage$/],
    ['POST /faults', {}, /^give one of twin, wire, kube, outage$/],
    ['POST /step', { until: 'noon' }, /^until Invalid input: expected "quiet"/],
    ['POST /step', {}, /^give one of ms, until$/],
  ] as const)('%s with %j says what is wrong', async (call, body, says) => {
    const { status, value } = await control(await start(), call, body)
    expect(status).toBe(400)
    expect((value.error as { message: string }).message).toMatch(says)
  })

  it('unknown paths say what there is', async () => {
    const { status, value } = await control(await start(), 'GET /nope')
    expect(status).toBe(404)
    expect(JSON.stringify(value)).toContain('POST /step')
  })

  const bad = [
    { name: 'not JSON', line: 'POST /step', body: undefined },
    { name: 'negative time', line: 'POST /step', body: { ms: -1 } },
    { name: 'unknown fault', line: 'POST /faults', body: { wire: { kind: 'fire' } } },
    { name: 'unknown member', line: 'POST /speed', body: { speed: 1, now: true } },
  ]
  it.each(bad)('$name is a 400', async ({ body, line }) => {
    const { status, value } = await control(await start(), line, body)
    expect(status).toBe(400)
    expect(value).toHaveProperty('error.message')
  })
})

describe('time', () => {
  it('an idle twin stands still and says so', async () => {
    const { value } = await control(await start(), 'GET /status')
    expect(value).toMatchObject({
      world: { name: 'empty', region: 'eu-west-1', clusters: [] },
      time: { state: 'standing still', now: '2026-11-24T08:00:00Z' },
    })
  })

  it('steps, pauses, resumes, changes speed', async () => {
    const twin = await start()
    expect((await control(twin, 'POST /step', { ms: 90_000 })).value).toMatchObject({
      now: '2026-11-24T08:01:30Z',
    })
    expect((await control(twin, 'POST /pause')).value).toMatchObject({ state: 'paused' })
    expect((await control(twin, 'POST /resume')).value).toMatchObject({ state: 'standing still' })
    expect((await control(twin, 'POST /speed', { speed: 60 })).value).toMatchObject({
      state: 'running',
    })
    twin.clock.advance(1000)
    expect((await control(twin, 'POST /pause')).value).toMatchObject({
      now: '2026-11-24T08:02:30Z',
    })
  })

  it('clients wait on virtual time', async () => {
    const twin = await start()
    const { value } = await control(twin, 'GET /clock')
    const untilMs = Number(value.nowMs) + 3_600_000
    const waiting = control(twin, 'POST /clock/wait', { untilMs })
    await listClusters(twin)
    // The wait is a timer of the world now: quiet clients let time jump to it.
    while (twin.host.pacer.status().pendingForegroundCount === 0) await listClusters(twin)
    twin.clock.advance(20)
    expect((await waiting).value).toMatchObject({ nowMs: untilMs })
  })

  it('a wait for the past answers at once', async () => {
    const { value } = await control(await start({ isPaused: true }), 'POST /clock/wait', {
      untilMs: 0,
    })
    expect(value).toMatchObject({ now: '2026-11-24T08:00:00Z' })
  })
})

describe('the world', () => {
  it('is reset to its start', async () => {
    const twin = await start()
    await createTemplate(twin, 'web')
    expect(await templates(twin)).toHaveLength(2)
    await control(twin, 'POST /reset')
    expect(await templates(twin)).toEqual([])
  })

  it('is saved and built again elsewhere, ids and time included', async () => {
    const one = await start()
    await createTemplate(one, 'web')
    await control(one, 'POST /step', { ms: 60_000 })
    await createTemplate(one, 'api')
    const { value: saved } = await control(one, 'GET /world')
    const other = await start({ seed: 'another' })
    const loaded = await control(other, 'POST /world', saved)
    expect(loaded.value).toMatchObject({ now: '2026-11-24T08:01:00Z' })
    expect(await templates(other)).toEqual(await templates(one))
    expect((await control(other, 'GET /world')).value).toEqual(saved)
  })

  it('is reset the way moto is', async () => {
    const twin = await start()
    await createTemplate(twin, 'web')
    const url = `${twin.served.aws.endpoint}/moto-api/reset`
    expect(
      (await hear(url, { method: 'POST', headers: { origin: 'http://evil.example' } })).status,
    ).toBe(403)
    expect((await hear(url, { method: 'POST' })).body).toBe('{"status":"ok"}')
    expect(await templates(twin)).toEqual([])
  })

  it('keeps a journal', async () => {
    const twin = await start()
    await listClusters(twin)
    const { value } = await control(twin, 'GET /journal?kind=call&limit=10')
    expect(value.entries).toMatchObject([
      { actor: 'operator', what: 'eks:ListClusters', detail: 'ok' },
    ])
    const next = await control(twin, `GET /journal?after=${value.next}`)
    expect(next.value.entries).toEqual([])
  })
})

it('a port in use is told, and nothing stays open', async () => {
  const first = await start()
  const port = Number(new URL(first.served.aws.endpoint).port)
  const controlPort = Number(new URL(first.served.control.endpoint).port)
  const failed = await servedTwin({ port }).catch((error: unknown) => error)
  expect(isFailure(failed, 'in-use')).toBe(true)
  expect(String(failed)).toContain(`port ${port} on 127.0.0.1 is in use`)
  await expect(servedTwin({ controlPort })).rejects.toThrow('is in use')
})
