/** A saved world has what clients did to its clusters, and comes back the same in another process. Twin layer. */

import { afterEach, describe, expect, it } from 'vitest'
import { ask, type ServedCluster, servedCluster } from '../../../../test/served-cluster.ts'
import { control } from '../../../../test/served-twin.ts'
import type { SavedWorld } from '../host.ts'
import { kubeFaultSchema } from '../kube-fault.ts'

const running: ServedCluster[] = []

async function start(): Promise<ServedCluster> {
  const cluster = await servedCluster()
  running.push(cluster)
  return cluster
}

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

const json = { 'content-type': 'application/json' }

async function write(
  cluster: ServedCluster,
  line: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = json,
): Promise<number> {
  const [method = '', path = ''] = line.split(' ')
  const text = body === undefined ? {} : { body: JSON.stringify(body) }
  return (await ask(cluster, path, { method, headers, ...text })).code
}

/** Everything that the cluster holds, but for what every served twin has of its own. */
function contents({ host }: ServedCluster): unknown {
  const store = host.twin.clusters.get('starter')?.store
  const objects = store?.kinds().flatMap((kind) => store.list(kind)) ?? []
  expect(objects.length).toBeGreaterThan(50)
  const text = JSON.stringify(objects)
  return JSON.parse(text.replaceAll(/"ca\.crt":"(?:[^"\\]|\\.)*"/g, '"ca.crt":""'))
}

/** Some of every kind of write. */
async function live(cluster: ServedCluster): Promise<void> {
  const maps = '/api/v1/namespaces/default/configmaps'
  const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
  expect(await write(cluster, `POST ${maps}`, map('a'))).toBe(201)
  expect(await write(cluster, `POST ${maps}`, map('a'))).toBe(409)
  const generated = { ...map(''), metadata: { generateName: 'some-' } }
  expect(await write(cluster, `POST ${maps}`, generated)).toBe(201)
  await control(cluster, 'POST /step', { ms: 60_000 })
  expect(await write(cluster, `PUT ${maps}/a`, { ...map('a'), data: { k: 'v' } })).toBe(200)
  const [node = ''] = (await names(cluster, '/api/v1/nodes')).sort()
  const merge = { 'content-type': 'application/merge-patch+json' }
  const cordon = { spec: { unschedulable: true } }
  expect(await write(cluster, `PATCH /api/v1/nodes/${node}`, cordon, merge)).toBe(200)
  const apply = { 'content-type': 'application/apply-patch+yaml' }
  const applied = `PATCH ${maps}/b?fieldManager=me`
  expect(await write(cluster, applied, map('b'), apply)).toBe(201)
  const pods = '/api/v1/namespaces/default/pods'
  const [pod = ''] = (await names(cluster, pods)).sort()
  const metadata = { name: pod, namespace: 'default' }
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata }
  expect(await write(cluster, `POST ${pods}/${pod}/eviction`, eviction)).toBeLessThan(500)
  await control(cluster, 'POST /step', { ms: 600_000 })
  expect(await write(cluster, `DELETE ${maps}/a`)).toBe(200)
  const as = { ...json, 'impersonate-user': 'nobody' }
  expect(await write(cluster, `POST ${maps}`, map('c'), as)).toBe(403)
}

async function names(cluster: ServedCluster, path: string): Promise<string[]> {
  const { body } = await ask(cluster, path)
  const list = JSON.parse(body) as { items: { metadata: { name: string } }[] }
  return list.items.map(({ metadata }) => metadata.name)
}

async function saved(cluster: ServedCluster): Promise<SavedWorld> {
  const { status, value } = await control(cluster, 'GET /world')
  expect(status).toBe(200)
  return value as unknown as SavedWorld
}

describe('a saved world with writes to its cluster', () => {
  it('comes back the same elsewhere: objects, ids, versions, times', async () => {
    const one = await start()
    await live(one)
    const text = await saved(one)
    expect(text.inputs.length).toBeGreaterThan(7)
    const other = await start()
    expect(contents(other)).not.toEqual(contents(one))
    expect((await control(other, 'POST /world', text)).status).toBe(200)
    expect(contents(other)).toEqual(contents(one))
    expect(await saved(other)).toEqual(text)
  })

  it('holds no credentials, and nothing of requests that only read or got nowhere', async () => {
    const one = await start()
    await names(one, '/api/v1/nodes')
    const wrong = { ...json, authorization: 'Bearer wrong-canary' }
    expect(await write(one, 'POST /api/v1/namespaces', { metadata: {} }, wrong)).toBe(401)
    expect((await saved(one)).inputs).toEqual([])
    await live(one)
    const text = JSON.stringify(await saved(one))
    expect(text).not.toContain(one.token)
    expect(text).not.toContain('canary')
  })

  it('goes on: what is written after loading is kept as well', async () => {
    const one = await start()
    await live(one)
    const other = await start()
    await control(other, 'POST /world', await saved(one))
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'more' } }
    expect(await write(other, 'POST /api/v1/namespaces', body)).toBe(201)
    expect((await saved(other)).inputs.length).toBe((await saved(one)).inputs.length + 1)
  })

  it('has the lease that a fault took', async () => {
    const one = await start()
    const kube = kubeFaultSchema.parse({ kind: 'lease-taken', holder: 'rival', count: 1 })
    await control(one, 'POST /faults', { kube })
    await names(one, '/api/v1/nodes')
    const other = await start()
    await control(other, 'POST /world', await saved(one))
    const lease = other.host.twin.clusters.get('starter')?.store
    expect(lease?.get('Lease', 'kube-system', 'regroup')?.spec?.holderIdentity).toBe('rival')
  })

  it('is refused where its cluster is not served, and the old world stays', async () => {
    const one = await start()
    await live(one)
    const text = await saved(one)
    const [input] = text.inputs
    const foreign = { ...text, inputs: [{ ...input, target: 'kube/elsewhere' }] }
    const other = await start()
    const { status, value } = await control(other, 'POST /world', foreign)
    expect(status).toBe(409)
    expect(JSON.stringify(value)).toContain('inputs of kube/elsewhere cannot be repeated here')
    expect(other.host.inputCount).toBe(0)
  })
})
