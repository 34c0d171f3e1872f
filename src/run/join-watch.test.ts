import { describe, expect, it } from 'vitest'
import { aNode, nowMs } from '../../test/cluster-view.ts'
import { aGroup, aNodeGroup, anObservation, aTarget } from '../../test/migration-view.ts'
import { JoinWatch } from './join-watch.ts'

const minuteMs = 60_000
const target = aTarget()

/** What is seen of group `eks-new-a`: instances by the name of their node, and which nodes there are. */
function seen(instances: readonly string[], nodes: Parameters<typeof aNode>[] = []) {
  return anObservation({
    objects: { nodes: nodes.map((one) => aNode(...one)) },
    nodeGroups: [aNodeGroup('new-a')],
    groups: [aGroup('eks-new-a', instances)],
  })
}

/** Minutes after the start, and what is seen then; the answer is who is late at the end. */
function lateAfter(
  steps: readonly (readonly [number, ReturnType<typeof seen>])[],
  watch = new JoinWatch(),
) {
  let atMs = nowMs
  for (const [minute, observed] of steps) {
    atMs = nowMs + minute * minuteMs
    watch.update(target, observed, atMs)
  }
  return (watch.late(atMs).get('eks-new-a') ?? []).map(({ hasNode, isGone, sinceMs }) => ({
    hasNode,
    isGone,
    minutes: (atMs - sinceMs) / minuteMs,
  }))
}

const notReady = { isReady: false }
const starting = {
  taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' as const }],
}

describe('an instance is late', () => {
  it.each([
    {
      name: 'not within 20 minutes',
      steps: [
        [0, seen(['n1'])],
        [19, seen(['n1'])],
      ],
      late: [],
    },
    {
      name: 'after them',
      steps: [
        [0, seen(['n1'])],
        [20, seen(['n1'])],
      ],
      late: [{ hasNode: false, isGone: false, minutes: 20 }],
    },
    {
      name: 'not with a Ready node',
      steps: [
        [0, seen(['n1'])],
        [3, seen(['n1'], [['n1']])],
        [60, seen(['n1'], [['n1']])],
      ],
      late: [],
    },
    {
      name: 'with a node that is never Ready',
      steps: [
        [0, seen(['n1'])],
        [20, seen(['n1'], [['n1', notReady]])],
      ],
      late: [{ hasNode: true, isGone: false, minutes: 20 }],
    },
    {
      name: 'with a Ready node whose taint of the start stays',
      steps: [
        [0, seen(['n1'])],
        [20, seen(['n1'], [['n1', starting]])],
      ],
      late: [{ hasNode: true, isGone: false, minutes: 20 }],
    },
    {
      name: 'once a node that was Ready has not been so for 20 minutes',
      steps: [
        [0, seen(['n1'], [['n1']])],
        [60, seen(['n1'], [['n1', notReady]])],
        [79, seen(['n1'], [['n1', notReady]])],
        [80, seen(['n1'], [['n1', notReady]])],
      ],
      late: [{ hasNode: true, isGone: false, minutes: 20 }],
    },
    {
      name: 'also when the autoscaler took it away before it joined',
      steps: [
        [0, seen(['n1'])],
        [15, seen([])],
        [16, seen(['n2'])],
      ],
      late: [{ hasNode: false, isGone: true, minutes: 16 }],
    },
    {
      name: 'not when it went early, as an interrupted spot instance does',
      steps: [
        [0, seen(['n1'])],
        [2, seen([])],
        [40, seen([])],
      ],
      late: [],
    },
    {
      name: 'no more when it comes after all',
      steps: [
        [0, seen(['n1'])],
        [25, seen(['n1'])],
        [26, seen(['n1'], [['n1']])],
      ],
      late: [],
    },
  ] as const)('$name', ({ late, steps }) => {
    expect(lateAfter(steps)).toEqual(late)
  })
})

describe('of one that was there before', () => {
  const launched = new Map(
    [...seen(['n1']).groups[0]!.instances].map((one) => [one.instanceId, nowMs - 180 * minuteMs]),
  )

  it('the launch is asked for after five minutes, and then it is late at once', () => {
    const watch = new JoinWatch()
    expect(
      lateAfter(
        [
          [0, seen(['n1'])],
          [4, seen(['n1'])],
        ],
        watch,
      ),
    ).toEqual([])
    expect(watch.unknownGroups(nowMs + 4 * minuteMs)).toEqual([])
    expect(watch.unknownGroups(nowMs + 5 * minuteMs)).toEqual(['eks-new-a'])
    watch.learn('eks-new-a', launched)
    expect(watch.unknownGroups(nowMs + 5 * minuteMs)).toEqual([])
    expect(lateAfter([[5, seen(['n1'])]], watch)).toEqual([
      { hasNode: false, isGone: false, minutes: 185 },
    ])
  })

  it('a launch that AWS tells nothing of counts from its first sight', () => {
    const watch = new JoinWatch()
    lateAfter([[0, seen(['n1'])]], watch)
    watch.learn('eks-new-a', new Map())
    expect(lateAfter([[19, seen(['n1'])]], watch)).toEqual([])
    expect(lateAfter([[20, seen(['n1'])]], watch)).toHaveLength(1)
  })

  it('is late at first sight for those who look once', () => {
    const watch = new JoinWatch(0)
    lateAfter([[0, seen(['n1'])]], watch)
    expect(watch.unknownGroups(nowMs)).toEqual(['eks-new-a'])
    watch.learn('eks-new-a', launched)
    expect(lateAfter([[0, seen(['n1'])]], watch)).toHaveLength(1)
  })
})
