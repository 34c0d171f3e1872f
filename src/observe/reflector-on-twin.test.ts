import { describe, expect, it } from 'vitest'
import { type SmallWorld, smallWorld } from '../../test/small-world.ts'
import type { KubeApi, WatchEnd } from '../world/kube-api.ts'
import type { ConfigMap } from '../world/kube-objects.ts'
import { Reflector } from './reflector.ts'

const map = (name: string, value = '1'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { value },
})

/** The twin's port whose watches can be ended as a server ends them. */
function endable(kube: KubeApi): {
  kube: KubeApi
  end(how: WatchEnd | Error): void
  watchCount(): number
} {
  let end: (how: WatchEnd | Error) => void = () => undefined
  let count = 0
  return {
    end: (how) => end(how),
    watchCount: () => count,
    kube: {
      ...kube,
      watch: (kind, options, onEvent) => {
        count += 1
        const watch = kube.watch(kind, options, onEvent)
        const cut = new Promise<WatchEnd>((resolve, reject) => {
          end = (how) => {
            if (how instanceof Error) reject(how)
            else resolve(how)
            watch.stop()
          }
        })
        return { ended: Promise.race([cut, watch.ended]), stop: watch.stop }
      },
    },
  }
}

function followed(world: SmallWorld) {
  const client = world.connect('watcher')
  const link = endable(client.kube)
  const seen = new Map<string, string>()
  const log: string[] = []
  const reflector = new Reflector({
    kube: link.kube,
    clock: client.clock,
    kind: 'ConfigMap',
    onChange: () => undefined,
    projection: {
      reset: () => {
        log.push('reset')
        seen.clear()
      },
      put: (object) => void seen.set(object.metadata.name, object.data?.value ?? ''),
      remove: (object) => void seen.delete(object.metadata.name),
    },
  })
  /** Lets the world and the reflector run for a while. */
  const run = (ms: number): Promise<void> => world.call(client.clock.sleep(ms))
  return { ...link, log, reflector, run, seen }
}

const write = (world: SmallWorld, name: string, value: string): void => {
  const { server, store } = world.cluster
  const known = store.get('ConfigMap', 'default', name)
  if (known === undefined) server.create('ConfigMap', map(name, value), 'someone')
  else server.update('ConfigMap', { ...known, data: { value } }, 'someone')
}

describe('Reflector', () => {
  it('lists, then follows additions, changes and deletions', async () => {
    const world = smallWorld()
    write(world, 'a', '1')
    const { log, reflector, run, seen } = followed(world)
    await world.call(reflector.start())
    expect([...seen]).toEqual([['a', '1']])
    write(world, 'b', '1')
    write(world, 'a', '2')
    await run(100)
    expect([...seen].sort()).toEqual([
      ['a', '2'],
      ['b', '1'],
    ])
    world.cluster.server.delete('ConfigMap', { namespace: 'default', name: 'a' }, {}, 'someone')
    await run(100)
    expect([...seen.keys()]).toEqual(['b'])
    expect(log).toEqual(['reset'])
    expect(reflector.failure).toBeUndefined()
  })

  it('goes on from where it was when the server closes the watch: nothing is missed, nothing listed anew', async () => {
    const world = smallWorld()
    const { end, log, reflector, run, seen, watchCount } = followed(world)
    await world.call(reflector.start())
    write(world, 'a', '1')
    await run(100)
    end('closed')
    write(world, 'b', '1')
    await run(2000)
    expect([...seen.keys()].sort()).toEqual(['a', 'b'])
    expect(log).toEqual(['reset'])
    expect(watchCount()).toBe(2)
  })

  it('lists anew when its version is too old (410), and forgets what went meanwhile', async () => {
    const world = smallWorld()
    write(world, 'a', '1')
    const { end, log, reflector, run, seen } = followed(world)
    await world.call(reflector.start())
    await run(100)
    end('expired')
    world.cluster.server.delete('ConfigMap', { namespace: 'default', name: 'a' }, {}, 'someone')
    write(world, 'b', '1')
    await run(2000)
    expect([...seen.keys()]).toEqual(['b'])
    expect(log).toEqual(['reset', 'reset'])
  })

  it('says what is wrong while the connection is broken, waits, and recovers', async () => {
    const world = smallWorld()
    const { end, reflector, run, seen } = followed(world)
    await world.call(reflector.start())
    await run(10)
    end(new Error('connection reset'))
    await run(10)
    expect(reflector.failure).toBe('connection reset')
    write(world, 'a', '1')
    await run(3000)
    expect([...seen.keys()]).toEqual(['a'])
    expect(reflector.failure).toBeUndefined()
  })

  it('rejects when the first list fails', async () => {
    const world = smallWorld()
    world.faults.add({
      operation: 'kube:list',
      effect: { kind: 'error-before', code: 'forbidden' },
    })
    expect(await world.codeOf(followed(world).reflector.start())).toBe('forbidden')
  })

  it('hears nothing more once it is stopped', async () => {
    const world = smallWorld()
    const { reflector, run, seen } = followed(world)
    await world.call(reflector.start())
    reflector.stop()
    write(world, 'a', '1')
    await run(1000)
    expect(seen.size).toBe(0)
  })
})
