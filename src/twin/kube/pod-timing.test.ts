import { expect, it } from 'vitest'
import { addOldGroup, smallWorld } from '../../../test/small-world.ts'
import type { Pod } from '../../world/kube-objects.ts'
import { startAnnotation, stopAnnotation } from './annotations.ts'
import { isPodReady } from './conditions.ts'

function startedPod(annotations: Readonly<Record<string, string>>, graceSeconds = 30) {
  const world = smallWorld()
  addOldGroup(world, { desiredCapacity: 1 })
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name: 'web', annotations },
    spec: { containers: [{ name: 'web' }], terminationGracePeriodSeconds: graceSeconds },
  }
  world.cluster.server.create('Pod', pod, 'tester')
  // Bound within milliseconds.
  world.advance(100)
  return world
}

function readyAfterMs(annotations: Readonly<Record<string, string>>): number {
  const world = startedPod(annotations)
  for (let ms = 100; ms < 60_000; ms += 100) {
    const pod = world.cluster.store.get('Pod', 'default', 'web')
    if (pod !== undefined && isPodReady(pod)) return ms
    world.advance(100)
  }
  return Number.NaN
}

it('a pod starts in the time that its world says, and in a time drawn by lot without it', () => {
  expect(readyAfterMs({ [startAnnotation]: '7' }) / 1000).toBeCloseTo(7, 0)
  expect(readyAfterMs({ [startAnnotation]: '40' }) / 1000).toBeCloseTo(40, 0)
  expect(readyAfterMs({ [startAnnotation]: 'soon' })).toBe(readyAfterMs({}))
})

it.each([
  { seconds: '4', graceSeconds: 30, goneSeconds: 4 },
  { seconds: '20', graceSeconds: 30, goneSeconds: 20 },
  { seconds: '20', graceSeconds: 5, goneSeconds: 5 },
])(
  'told to take $seconds s, a pod with a grace of $graceSeconds s is gone after $goneSeconds s',
  (one) => {
    const world = startedPod(
      { [startAnnotation]: '1', [stopAnnotation]: one.seconds },
      one.graceSeconds,
    )
    world.advance(5000)
    const ref = { namespace: 'default', name: 'web' }
    world.cluster.server.delete('Pod', ref, {}, 'tester')
    world.advance(one.goneSeconds * 1000 - 100)
    expect(world.cluster.store.get('Pod', 'default', 'web')).toBeDefined()
    world.advance(200)
    expect(world.cluster.store.get('Pod', 'default', 'web')).toBeUndefined()
  },
)
