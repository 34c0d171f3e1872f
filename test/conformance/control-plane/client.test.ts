/** Regroup's own Kubernetes client, its marks on nodes and its lease against a real API server. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ActContext } from '../../../src/act/context.ts'
import { cordon, preferNoSchedule } from '../../../src/act/nodes.ts'
import type { KubeClient } from '../../../src/kube/client.ts'
import { ClusterLease, leaseRef } from '../../../src/run/lease.ts'
import type { AwsApi } from '../../../src/world/aws-api.ts'
import { isFailure } from '../../../src/world/failure.ts'
import type { Watch, WatchEvent } from '../../../src/world/kube-api.ts'
import type { ConfigMap } from '../../../src/world/kube-objects.ts'
import { systemClock } from '../../../src/world/system-clock.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { missingPrograms } from './installed.ts'
import { until } from './program.ts'
import { realClient } from './real-client.ts'
import { Stage } from './stage.ts'
import { realSubject } from './subject.ts'

const missing = missingPrograms()
const namespace = 'client'

let plane: ControlPlane
let kube: KubeClient
/** Nothing happens in its namespace, so that its version can only come from bookmarks. */
let quiet: { readonly watch: Watch; readonly version: string }

beforeAll(async () => {
  if (missing.length > 0) return
  plane = await startControlPlane({
    controllers: '*,-node-lifecycle-controller,-pod-garbage-collector-controller',
  })
  kube = await realClient(plane)
  const stage = new Stage(realSubject(plane), namespace)
  await stage.open()
  const { resourceVersion: version } = await kube.list('ConfigMap', { namespace: 'kube-public' })
  const options = { namespace: 'kube-public', resourceVersion: version }
  quiet = { watch: kube.watch('ConfigMap', options, () => undefined), version }
}, 180_000)

afterAll(async () => {
  if (missing.length > 0) return
  quiet?.watch.stop()
  kube?.close()
  await plane?.stop()
}, 30_000)

function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (isFailure(error)) return error.code
    throw error
  }
}

function actContext(): ActContext {
  return {
    // Marks on nodes never ask AWS.
    aws: {} as AwsApi,
    kube,
    clock: systemClock(),
    clusterName: 'judge',
    assertLeaseHeld: () => undefined,
  }
}

describe.skipIf(missing.length > 0)('the client against a real API server', () => {
  it('says which version it is', async () => {
    expect(await kube.serverVersion()).toMatch(/^v1\.\d+\.\d+/)
  })

  it('lists 1,100 objects in pages, each once, in order', async () => {
    const names = Array.from({ length: 1100 }, (_, index) => `c-${String(index).padStart(4, '0')}`)
    await Promise.all(names.map((name) => kube.create('ConfigMap', configMap(name))))
    const sent = kube.flowCounts().sentCount
    const { items } = await kube.list('ConfigMap', {
      namespace,
      fieldSelector: 'metadata.name!=kube-root-ca.crt',
    })
    expect(items.map((one) => one.metadata.name)).toEqual(names)
    expect(kube.flowCounts().sentCount - sent).toBeGreaterThanOrEqual(3)
  })

  it('sees every change after a version once and in order', async () => {
    const seen: string[] = []
    const { resourceVersion } = await kube.list('ConfigMap', { namespace: 'default' })
    const note = ({ object, type }: WatchEvent<'ConfigMap'>): void => {
      if (object.metadata.name === 'seen') seen.push(`${type} ${object.data?.a ?? ''}`)
    }
    const watch = kube.watch('ConfigMap', { namespace: 'default', resourceVersion }, note)
    const ref = { namespace: 'default', name: 'seen' }
    const metadata = ref
    await kube.create('ConfigMap', { ...configMap('seen'), metadata, data: { a: '1' } })
    await kube.patch('ConfigMap', ref, { type: 'merge', body: { data: { a: '2' } } })
    expect(await kube.delete('ConfigMap', ref)).toBe('deleted')
    expect(await kube.delete('ConfigMap', ref)).toBe('gone')
    await until('three events', async () => (seen.length >= 3 ? true : undefined))
    expect(seen).toEqual(['ADDED 1', 'MODIFIED 2', 'DELETED 2'])
    watch.stop()
    expect(await watch.ended).toBe('stopped')
  })

  it('patches: merge, strategic and JSON; a version in the body is a precondition', async () => {
    const made = await kube.create('ConfigMap', configMap('patched', { a: '1', b: '2' }))
    const ref = { namespace, name: 'patched' }
    const merged = await kube.patch('ConfigMap', ref, {
      type: 'merge',
      body: { data: { a: null } },
    })
    expect(merged.data).toEqual({ b: '2' })
    const body = [{ op: 'replace', path: '/data/b', value: '3' }]
    expect((await kube.patch('ConfigMap', ref, { type: 'json', body })).data).toEqual({ b: '3' })
    const { resourceVersion } = made.metadata
    const stale = { metadata: { resourceVersion }, data: { b: '4' } }
    expect(await codeOf(kube.patch('ConfigMap', ref, { type: 'merge', body: stale }))).toBe(
      'conflict',
    )
    const other = { metadata: { uid: '00000000-0000-0000-0000-000000000000' }, data: { b: '4' } }
    expect(await codeOf(kube.patch('ConfigMap', ref, { type: 'merge', body: other }))).toBe(
      'conflict',
    )
    const none = { namespace, name: 'nobody' }
    expect(await codeOf(kube.patch('ConfigMap', none, { type: 'merge', body: {} }))).toBe(
      'not-found',
    )
    expect(await codeOf(kube.create('ConfigMap', configMap('patched')))).toBe('already-exists')
    expect(await codeOf(kube.update('ConfigMap', made))).toBe('conflict')
    expect(await kube.get('ConfigMap', none)).toBeUndefined()
    await kube.create('Deployment', deployment())
    const image = { spec: { template: { spec: { containers: [{ name: 'b', image: 'b:2' }] } } } }
    const patched = await kube.patch(
      'Deployment',
      { namespace, name: 'two' },
      { type: 'strategic', body: image },
    )
    const containers = patched.spec.template.spec?.containers ?? []
    expect(containers.map((one) => `${one.name} ${one.image}`).sort()).toEqual(['a a:1', 'b b:2'])
  })

  it('soft taint and cordon: the taints that are there stay, and another node is never touched', async () => {
    const taints = [{ key: 'team', value: 'a', effect: 'NoSchedule' as const }]
    const node = await kube.create('Node', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'marked' },
      spec: { taints },
    })
    const soft = { kind: 'prefer-no-schedule', nodeName: 'marked' } as const
    expect(await preferNoSchedule(soft as never, actContext())).toEqual({ kind: 'done' })
    const uid = node.metadata.uid ?? ''
    const wrong = {
      kind: 'cordon',
      nodeName: 'marked',
      uid: '00000000-0000-0000-0000-000000000000',
    }
    expect(await cordon(wrong as never, actContext())).toMatchObject({ kind: 'skipped' })
    expect(await cordon({ ...wrong, uid } as never, actContext())).toEqual({ kind: 'done' })
    const after = await kube.get('Node', { name: 'marked' })
    expect(after?.spec?.unschedulable).toBe(true)
    const effects = after?.spec?.taints?.map((one) => `${one.key}:${one.effect}`) ?? []
    expect(effects).toContain('team:NoSchedule')
    expect(effects.filter((one) => one.endsWith(':PreferNoSchedule'))).toHaveLength(1)
    expect(await cordon({ ...wrong, nodeName: 'nobody' } as never, actContext())).toMatchObject({
      kind: 'skipped',
    })
  })

  it('evictions come back as states of the world', async () => {
    const stage = new Stage(realSubject(plane), 'evicted')
    await stage.open()
    const ref = (name: string) => ({ namespace: 'evicted', name })
    const uid = await stage.pod()
    await stage.budget({ minAvailable: 1 })
    await until('the budget to be synced', async () =>
      (await stage.budgetNow()).status?.currentHealthy === 1 ? true : undefined,
    )
    expect(await kube.evict(ref('web-1'), { uid })).toMatchObject({ kind: 'refused' })
    expect(await kube.evict(ref('nobody'), { uid })).toEqual({ kind: 'gone' })
    await stage.budget({ minAvailable: 1 }, undefined, 'second')
    expect(await kube.evict(ref('web-1'), { uid })).toMatchObject({ kind: 'multiple-budgets' })
    for (const name of ['web', 'second']) {
      await kube.delete('PodDisruptionBudget', ref(name))
    }
    const otherUid = '00000000-0000-0000-0000-000000000000'
    await until('the API server to have forgotten the budgets', async () =>
      (await kube.evict(ref('web-1'), { uid, dryRun: true })).kind === 'evicted' ? true : undefined,
    )
    expect(await kube.evict(ref('web-1'), { uid: otherUid })).toMatchObject({
      kind: 'precondition-failed',
    })
    expect(await kube.evict(ref('web-1'), { uid })).toEqual({ kind: 'evicted' })
  })

  it('the lease: one holder, taken over when it is given back', async () => {
    const first = new ClusterLease(kube, systemClock(), 'one')
    const second = new ClusterLease(kube, systemClock(), 'two')
    expect(await first.ensure()).toBe('held')
    expect(await second.ensure()).toMatchObject({ heldBy: 'one' })
    await first.release()
    expect(await second.ensure()).toBe('held')
    const lease = await kube.get('Lease', leaseRef)
    expect(lease?.spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 })
    await second.release()
  })

  it('bookmarks move a quiet watch on', async () => {
    await until(
      'a bookmark',
      async () => {
        const { resourceVersion = quiet.version } = quiet.watch
        return Number(resourceVersion) > Number(quiet.version) ? true : undefined
      },
      100_000,
    )
  }, 110_000)

  it('a crash of API server and etcd ends watches and nothing else; older versions are expired (410)', async () => {
    const { resourceVersion } = await kube.list('ConfigMap', { namespace })
    const watch = kube.watch('ConfigMap', { namespace, resourceVersion }, () => undefined)
    const ended = watch.ended.catch((error: unknown) => {
      if (isFailure(error)) return error.code
      throw error
    })
    await plane.crash()
    expect(['closed', 'connection', 'unavailable']).toContain(await ended)
    const { items } = await kube.list('ConfigMap', { namespace })
    expect(items.length).toBeGreaterThanOrEqual(1101)
    // A server that has just started keeps no older changes: going on from one is a 410.
    const old = kube.watch('ConfigMap', { namespace, resourceVersion: '1' }, () => undefined)
    expect(await old.ended).toBe('expired')
  }, 120_000)
})

function deployment() {
  const labels = { app: 'two' }
  const containers = ['a', 'b'].map((name) => ({ name, image: `${name}:1` }))
  return {
    apiVersion: 'apps/v1' as const,
    kind: 'Deployment' as const,
    metadata: { namespace, name: 'two' },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  }
}
