/** Capacity that is gone for a while, set at the control endpoint or by a world file. Twin layer. */

import { afterEach, describe, expect, it } from 'vitest'
import { control, type Served, servedTwin } from '../../../test/served-twin.ts'
import { tinyWorld } from '../../../test/tiny-world.ts'
import type { Pool } from '../aws/capacity.ts'
import { loadWorld } from '../build/world-file.ts'
import { buildTwin } from '../twin.ts'

const minuteMs = 60_000
const running: Served[] = []

async function start(): Promise<Served> {
  const twin = await servedTwin({ world: tinyWorld(), isPaused: true })
  running.push(twin)
  return twin
}

afterEach(async () => {
  for (const twin of running.splice(0)) await twin.stop()
})

const onDemand: Pool = {
  instanceType: 'm5.large',
  zone: 'eu-west-1a',
  capacityType: 'ON_DEMAND',
}

/** What a launch would get now; a launch that is let in is given back. */
function launch({ host }: Pick<Served, 'host'>, pool = onDemand): string {
  const { account, kernel } = host.twin
  const refusal = account.capacity.take(pool, kernel.nowMs())
  if (refusal === undefined) account.capacity.giveBack(pool)
  return refusal ?? 'launched'
}

describe('the control endpoint', () => {
  it('takes capacity away until it is told otherwise', async () => {
    const twin = await start()
    expect(launch(twin)).toBe('launched')
    const outage = { capacityType: 'ON_DEMAND', zone: 'a' }
    const set = await control(twin, 'POST /faults', { outage })
    expect(set).toMatchObject({ status: 200, value: { outage: { id: 1, outage } } })
    expect(launch(twin)).toBe('no-capacity')
    expect(launch(twin, { ...onDemand, zone: 'eu-west-1b' })).toBe('launched')
    const { value } = await control(twin, 'GET /faults')
    expect(value.outage).toMatchObject([
      { id: 1, outage: { capacityType: 'ON_DEMAND', zone: 'eu-west-1a' } },
    ])
    expect((await control(twin, 'GET /status')).value.faultCount).toBe(1)
    expect((await control(twin, 'DELETE /faults?outage=1')).status).toBe(200)
    expect(launch(twin)).toBe('launched')
    expect((await control(twin, 'DELETE /faults?outage=1')).status).toBe(404)
  })

  it('or for so many minutes', async () => {
    const twin = await start()
    await control(twin, 'POST /faults', { outage: { minutes: 10 } })
    await control(twin, 'POST /step', { ms: 10 * minuteMs - 1 })
    expect(launch(twin)).toBe('no-capacity')
    await control(twin, 'POST /step', { ms: 1 })
    expect(launch(twin)).toBe('launched')
  })

  it('clearing all faults ends all outages', async () => {
    const twin = await start()
    await control(twin, 'POST /faults', { outage: {} })
    await control(twin, 'DELETE /faults')
    expect(launch(twin)).toBe('launched')
  })

  it.each([
    { name: 'a type that is none', outage: { instanceType: 'm5.enormous' }, says: 'm5.enormous' },
    { name: 'a zone that is none', outage: { zone: 'z' }, says: 'there is eu-west-1a, eu-west-1b' },
    { name: 'an unknown member', outage: { region: 'eu-west-1' }, says: 'region' },
  ])('$name is a 400', async ({ outage, says }) => {
    const { status, value } = await control(await start(), 'POST /faults', { outage })
    expect(status).toBe(400)
    expect(JSON.stringify(value)).toContain(says)
  })

  it('a saved world has it again, with its times', async () => {
    const one = await start()
    await control(one, 'POST /faults', { outage: { zone: 'b' } })
    await control(one, 'POST /step', { ms: 5 * minuteMs })
    await control(one, 'POST /faults', { outage: { minutes: 10 } })
    await control(one, 'DELETE /faults?outage=1')
    const { value: saved } = await control(one, 'GET /world')
    const other = await start()
    expect((await control(other, 'POST /world', saved)).status).toBe(200)
    expect((await control(other, 'GET /faults')).value).toEqual(
      (await control(one, 'GET /faults')).value,
    )
    expect(launch(other)).toBe('no-capacity')
  })
})

describe('a world file', () => {
  const load = (outages: string) =>
    loadWorld(
      'world.yaml',
      new TextEncoder().encode(`apiVersion: regroup.dev/v1alpha1
kind: World
cluster: { name: c1, kubernetesVersion: "1.34" }
groups: [{ name: a, zone: a, instanceType: m5.large, count: 1 }]
outages: ${outages}
`),
      { list: (path) => [path], read: () => new Uint8Array() },
    )

  it('says when which pools are empty', () => {
    const { world } = load(
      '[{ zone: a, capacityType: ON_DEMAND, fromMinutes: 5, untilMinutes: 6.5 }]',
    )
    if (world === undefined) throw new TypeError('no world')
    const twin = buildTwin(world, { seed: '1' })
    const at = (minutes: number): string | undefined =>
      twin.account.capacity.take(onDemand, twin.kernel.startMs + minutes * minuteMs)
    expect([4.9, 5, 6.4, 6.5].map(at)).toEqual([undefined, 'no-capacity', 'no-capacity', undefined])
  })

  it.each([
    {
      outages: '[{ instanceType: m5.larg }]',
      code: 'world/unknown-instance-type',
      path: 'instanceType',
    },
    { outages: '[{ zone: us-east-1a }]', code: 'world/unknown-zone', path: 'zone' },
    {
      outages: '[{ fromMinutes: 9, untilMinutes: 9 }]',
      code: 'world/empty-outage',
      path: 'untilMinutes',
    },
    { outages: '[{ fromMinutes: -1 }]', code: 'world/out-of-range', path: 'fromMinutes' },
    { outages: '[{ capacity: SPOT }]', code: 'world/unknown-key', path: 'capacity' },
  ])('$outages: $code', ({ code, outages, path }) => {
    const { findings, world } = load(outages)
    expect(world).toBeUndefined()
    expect(findings).toMatchObject([{ code, path: `outages[0].${path}` }])
  })
})
