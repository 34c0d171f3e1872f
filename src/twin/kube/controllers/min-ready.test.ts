/** minReadySeconds against kubernetes-measured section 3: pods are available later than Ready; budgets count Ready. */

import { describe, expect, it } from 'vitest'
import { addOldGroup, type SmallWorld, smallWorld } from '../../../../test/small-world.ts'
import type { PodTemplate } from '../../../world/kube-objects.ts'

const namespace = 'default'
const labels = { app: 'web' }
const selector = { matchLabels: labels }

function templateOf(image: string): PodTemplate {
  return { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } } as PodTemplate
}

function started(kind: 'Deployment' | 'StatefulSet', spec: object): SmallWorld {
  const world = smallWorld()
  addOldGroup(world)
  world.advance(180_000)
  const object = {
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name: 'web' },
    spec: { selector, template: templateOf('web:1'), ...spec },
  }
  world.cluster.server.create(kind, object as never, 'owner')
  return world
}

/** Advances second by second until it holds; gives back the seconds. */
function secondsUntil(world: SmallWorld, holds: () => boolean, mostSeconds = 900): number {
  for (let seconds = 0; seconds <= mostSeconds; seconds += 1) {
    if (holds()) return seconds
    world.advance(1000)
  }
  throw new Error(`not within ${mostSeconds} s`)
}

const statusOf = ({ cluster }: SmallWorld, kind: 'Deployment' | 'StatefulSet') =>
  cluster.store.get(kind, namespace, 'web')?.status

describe('minReadySeconds', () => {
  it('Deployment: available so long after Ready', () => {
    const world = started('Deployment', { replicas: 3, minReadySeconds: 60 })
    const status = () => statusOf(world, 'Deployment')
    secondsUntil(world, () => status()?.readyReplicas === 3)
    expect(status()?.availableReplicas).toBe(0)
    const seconds = secondsUntil(world, () => status()?.availableReplicas === 3)
    expect(seconds).toBeGreaterThanOrEqual(57)
    expect(seconds).toBeLessThanOrEqual(62)
  })

  it('Deployment: a pod that is not Ready any more begins anew', () => {
    const world = started('Deployment', { replicas: 1, minReadySeconds: 60 })
    const status = () => statusOf(world, 'Deployment')
    secondsUntil(world, () => status()?.readyReplicas === 1)
    world.advance(40_000)
    const [pod] = world.cluster.store
      .list('Pod')
      .filter((one) => one.metadata.labels?.app === 'web')
    const set = (isReady: boolean): void => {
      const condition = {
        type: 'Ready',
        status: isReady ? 'True' : 'False',
        lastTransitionTime: world.kernel.nowText(),
      } as const
      if (pod !== undefined) {
        world.cluster.store.replace('Pod', {
          ...pod,
          status: { ...pod.status, conditions: [condition] },
        })
      }
    }
    set(false)
    world.advance(1000)
    set(true)
    world.advance(30_000)
    expect(status()).toMatchObject({ readyReplicas: 1, availableReplicas: 0 })
    world.advance(31_000)
    expect(status()?.availableReplicas).toBe(1)
  })

  it('EV-43: it holds a rollout, while the budget counts the surge as Ready', () => {
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 }
    const strategy = { type: 'RollingUpdate', rollingUpdate }
    const world = started('Deployment', { replicas: 3, strategy })
    const { server, store } = world.cluster
    const metadata = { namespace, name: 'web' }
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata } as const
    const spec = { maxUnavailable: 1, selector }
    server.create('PodDisruptionBudget', { ...budget, spec }, 'owner')
    secondsUntil(world, () => statusOf(world, 'Deployment')?.availableReplicas === 3)
    const body = { spec: { minReadySeconds: 300, template: templateOf('web:2') } }
    server.patch('Deployment', metadata, { type: 'merge', body }, 'owner')
    const pods = () => store.list('Pod').filter((pod) => pod.metadata.labels?.app === 'web')
    secondsUntil(world, () => statusOf(world, 'Deployment')?.readyReplicas === 4)
    world.advance(200_000)
    expect(statusOf(world, 'Deployment')).toMatchObject({ readyReplicas: 4, availableReplicas: 3 })
    expect(store.get('PodDisruptionBudget', namespace, 'web')?.status).toMatchObject({
      expectedPods: 3,
      desiredHealthy: 2,
      currentHealthy: 4,
      disruptionsAllowed: 2,
    })
    expect(pods()).toHaveLength(4)
    // Then one old pod goes after the other, each five minutes after the last new one was Ready.
    secondsUntil(world, () => statusOf(world, 'Deployment')?.updatedReplicas === 3, 1800)
    secondsUntil(world, () => pods().length === 3, 600)
  })

  it('StatefulSet: the next pod is made when the one before is available', () => {
    const world = started('StatefulSet', { replicas: 2, minReadySeconds: 120 })
    const status = () => statusOf(world, 'StatefulSet')
    secondsUntil(world, () => status()?.readyReplicas === 1)
    const hasSecond = () => world.cluster.store.get('Pod', namespace, 'web-1') !== undefined
    expect(hasSecond()).toBe(false)
    const seconds = secondsUntil(world, hasSecond)
    expect(seconds).toBeGreaterThanOrEqual(117)
    expect(seconds).toBeLessThanOrEqual(122)
    secondsUntil(world, () => status()?.availableReplicas === 2)
  })
})
