import { expect, it } from 'vitest'
import type { RunEvent } from '../../run/events.ts'
import type { Streams } from '../streams.ts'
import { clockText, durationText, groupedText } from './duration.ts'
import { Progress } from './progress.ts'
import { shortNames } from './short-names.ts'

type Draft = Partial<RunEvent> & Pick<RunEvent, 'seconds' | 'type'>

function eventOf(draft: Draft): RunEvent {
  const atMs = draft.seconds * 1000
  return { seq: 1, atMs, cluster: 'shop', object: 'shop', message: '', ...draft }
}

function stage(seconds: number, object: string, doneCount: number, totalCount: number): RunEvent {
  const message = `${doneCount}/${totalCount}`
  return eventOf({ seconds, type: 'stage', object, message, data: { doneCount, totalCount } })
}

function show(events: readonly RunEvent[], isTerminal: boolean): string {
  let text = ''
  let wall = 0
  const streams: Streams = {
    out: () => undefined,
    err: (part) => {
      text += part
    },
    isTerminal,
    hasColour: false,
    columns: 100,
    wallMs: () => {
      wall += 1000
      return wall
    },
  }
  const progress = new Progress(streams)
  for (const event of events) progress.take(event)
  progress.finish()
  return text
}

const domain = 'eu-west-1.compute.internal'
const node = `ip-10-0-0-23.${domain}`
const run: readonly RunEvent[] = [
  stage(1, 'node-groups', 0, 2),
  eventOf({
    seconds: 1,
    type: 'node-group',
    object: 'a-spot',
    message: 'creating node group a-spot',
    data: { kind: 'create-node-group' },
  }),
  eventOf({
    seconds: 2,
    type: 'wait',
    object: 'a-spot',
    message: 'node group a-spot is being created',
    data: { stage: 'node-groups', reason: 'node-group-creating' },
  }),
  stage(300, 'node-groups', 2, 2),
  stage(301, 'move-pods', 0, 4),
  eventOf({
    seconds: 302,
    type: 'node',
    object: node,
    message: `cordoned ${node}: its 2 pods have a place on Ready nodes`,
    data: { kind: 'cordon', nodeName: node },
  }),
  eventOf({
    seconds: 303,
    type: 'pod',
    object: 'shop/web-0',
    message: `evicted shop/web-0: moves off ${node}`,
    data: { kind: 'evict', nodeName: node },
  }),
  stage(311, 'move-pods', 1, 4),
]

it('writes one line per change where there is no terminal', () => {
  expect(show(run, false).split('\n')).toEqual([
    '    0:00:01  node groups     0/2  creating node group a-spot',
    '    0:00:02  node groups     0/2  waiting: node group a-spot is being created',
    '    0:05:00  node groups     2/2  done',
    '    0:05:02  empty nodes     0/4  cordoned ip-10-0-0-23: its 2 pods have a place on Ready nodes',
    '',
  ])
})

it('says a short wait and a repeated wait not at all', () => {
  const wait = (seconds: number, message: string): RunEvent =>
    eventOf({ seconds, type: 'wait', message, data: { stage: 'move-pods', reason: 'next-node' } })
  const text = show(
    [
      stage(1, 'move-pods', 0, 3),
      wait(2, 'short'),
      eventOf({ seconds: 3, type: 'node', message: 'a deed', data: { kind: 'cordon' } }),
      wait(4, 'long'),
      wait(5, 'long'),
      eventOf({ seconds: 200, type: 'node', message: 'another deed', data: { kind: 'cordon' } }),
      wait(201, 'long'),
      eventOf({ seconds: 500, type: 'node', message: 'the last deed', data: { kind: 'cordon' } }),
    ],
    false,
  )
  expect(text).not.toContain('short')
  expect(text.match(/waiting: long/g)).toHaveLength(1)
})

it('says at once what someone else must do, but not every time it flaps', () => {
  const message = 'waiting for the Kubernetes API of shop: nothing listens there'
  const wait = (seconds: number): RunEvent =>
    eventOf({ seconds, type: 'wait', message, data: { reason: 'outside' } })
  const text = show([stage(1, 'move-pods', 0, 3), wait(2), wait(9), wait(40)], false)
  expect(text).toBe(
    `    0:00:02  empty nodes     0/3  ${message}\n    0:00:40  empty nodes     0/3  ${message}\n`,
  )
})

it('redraws stages, nodes, counts, the time left and what is waited for on a terminal', () => {
  const soak = eventOf({
    seconds: 312,
    type: 'wait',
    message: 'the canary soaks',
    data: { stage: 'retire', reason: 'canary-soak', untilMs: 612_000 },
  })
  const text = show([...run, soak], true)
  const last = text.split('\u001b[0J').at(-2) ?? ''
  expect(last).toContain('0:05:12  1 pod moved, 0 blocked')
  expect(last).toContain('node groups       2/2  ####################')
  expect(last).toContain('empty nodes       1/4  #####...............  about 33s left')
  expect(last).toContain('old node ip-10-0-0-23  1 pod moved')
  expect(last).toContain('waiting  the canary soaks, 5m 00s left')
  const end = text.split('\u001b[0J').at(-1) ?? ''
  expect(end).toContain('empty nodes')
  expect(end).not.toContain('waiting')
})

it('never draws wider than the terminal', () => {
  const wide = eventOf({ seconds: 400, type: 'action', message: 'x'.repeat(500) })
  const frames = show([...run, wide], true).split('\u001b')
  const lines = frames.flatMap((frame) => frame.replace(/^\[\d*[AJ]/, '').split('\n'))
  expect(Math.max(...lines.map((line) => line.length))).toBe(99)
})

it.each([
  [0, '0s', '0:00:00'],
  [59.6, '1m 00s', '0:00:59'],
  [3600, '1h 00m', '1:00:00'],
  [90_463, '1d 01h', '1d 01:07:43'],
])('%d seconds are %s and %s', (seconds, duration, clock) => {
  expect(durationText(seconds)).toBe(duration)
  expect(clockText(seconds)).toBe(clock)
})

it('groups digits by thousands and leaves fractions alone', () => {
  expect([0, 999, 1000, 1_234_567, 37_991.7].map(groupedText)).toEqual([
    '0',
    '999',
    '1,000',
    '1,234,567',
    '37,991.7',
  ])
})

it('shortens only names that AWS made long', () => {
  const group = 'eks-0-spot-arm64-bd4bcf54-be4b-d0e7-bf4b-d27ac04bd40d'
  expect(shortNames(`${node} of ${group} and ip-10-0-1-2.ec2.internal`)).toBe(
    'ip-10-0-0-23 of 0-spot-arm64 and ip-10-0-1-2',
  )
  expect(shortNames('shop/eks-demo-1 on ip-range.example.com')).toBe(
    'shop/eks-demo-1 on ip-range.example.com',
  )
})
