import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aNode, aPod, aVolume, clusterView, podIn } from '../../test/cluster-view.ts'
import { canBeCrowdedOut, openSitesOf } from './crowding.ts'
import { LandingPlan, landingNodeOf } from './landing.ts'
import { ZoneGuard } from './zone-guard.ts'

/** Whether `others` can crowd out a pod of one CPU on nodes with so much free CPU. */
function isCrowdable(freeCpus: readonly string[], otherCpus: readonly string[]): boolean {
  const nodes = freeCpus.map((cpu, index) => aNode(`n${index}`, { cpu }))
  const others = otherCpus.map((cpu, index) => aPod(`other-${index}`, { cpu, node: 'elsewhere' }))
  const view = clusterView({ nodes, pods: [aPod('p', { cpu: '1', node: 'elsewhere' }), ...others] })
  const plan = new LandingPlan(view, [...view.nodes.values()].map(landingNodeOf))
  const pod = podIn(view, 'p')
  const rivals = others.map(({ metadata }) => podIn(view, metadata.name))
  return canBeCrowdedOut(pod, rivals, { open: openSitesOf(pod, plan.readySitesOf(pod)), view })
}

describe('canBeCrowdedOut', () => {
  it.each([
    { name: 'nobody else', free: ['1'], others: [], expected: false },
    {
      name: 'one place, one small pod that takes what it lacks',
      free: ['1'],
      others: ['100m'],
      expected: true,
    },
    { name: 'one place with room for both', free: ['2'], others: ['1'], expected: false },
    { name: 'two places, one pod', free: ['1', '1'], others: ['1'], expected: false },
    { name: 'two places, two pods', free: ['1', '1'], others: ['100m', '100m'], expected: true },
    {
      name: 'pods too small to fill the second place',
      free: ['1', '4'],
      others: ['1', '1'],
      expected: false,
    },
    {
      name: 'pods that together fill both',
      free: ['1', '2'],
      others: ['100m', '1100m'],
      expected: true,
    },
    {
      name: 'no place at all: nobody takes it away',
      free: ['500m'],
      others: ['1'],
      expected: false,
    },
  ])('$name', ({ free, others, expected }) => {
    expect(isCrowdable(free, others)).toBe(expected)
  })

  it('never says no where some arrangement leaves no place', () => {
    const cpu = fc.constantFrom(100, 300, 700, 1000, 1500)
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1000, max: 4000 }), { minLength: 1, maxLength: 3 }),
        fc.array(cpu, { maxLength: 5 }),
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        (free, others, choices) => {
          const left = [...free]
          others.forEach((amount, index) => {
            const fitting = left.flatMap((room, at) => (room >= amount ? [at] : []))
            const at = fitting[(choices[index] ?? 0) % Math.max(1, fitting.length)]
            if (at !== undefined) left[at] = (left[at] ?? 0) - amount
          })
          const hasPlace = left.some((room) => room >= 1000)
          const texts = (list: readonly number[]) => list.map((one) => `${one}m`)
          expect(hasPlace || isCrowdable(texts(free), texts(others))).toBe(true)
        },
      ),
    )
  })
})

it('holds a bound pod back while others could fill its zone in an arrangement of their own', () => {
  const nodes = [
    aNode('large', { zone: 'a', cpu: '10' }),
    aNode('small', { zone: 'a', cpu: '1500m' }),
  ]
  const resident = aPod('resident', { cpu: '8500m', node: 'large' })
  const volumes = [aVolume('data', { zone: 'a' })]
  const small = ['r1', 'r2'].map((name) => aPod(name, { cpu: '600m', node: 'elsewhere' }))
  const bound = aPod('b', { cpu: '1', claims: ['data'], node: 'elsewhere' })
  const view = clusterView({ nodes, volumes, pods: [bound, resident, ...small] })
  const guard = new ZoneGuard(view, [...view.nodes.values()].map(landingNodeOf), [
    podIn(view, 'r1'),
    podIn(view, 'r2'),
  ])
  // The plan puts both on the emptier, small node; one on each would leave no place.
  expect(guard.admits(podIn(view, 'b'))).toBe(false)
})
