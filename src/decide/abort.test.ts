import { describe, expect, it } from 'vitest'
import { aNode } from '../../test/cluster-view.ts'
import {
  aFencedGroup,
  aGroup,
  aNodeGroup,
  anObservation,
  aTarget,
  aTargetGroup,
} from '../../test/migration-view.ts'
import { decideAbort } from './abort.ts'
import type { Observed } from './observed.ts'

const none = { exists: false }
const target = aTarget({ managesPriorities: true, nodeGroups: [aTargetGroup('new-a')] })
const kindsOf = (observed: Observed) =>
  decideAbort(target, observed).actions.map(({ kind, object }) => `${kind} ${object}`)

describe('fences', () => {
  it('come first, whatever the fleet file says is old; what they were is put back', () => {
    const observed = anObservation({
      objects: { nodes: [aNode('o1', { annotations: { 'regroup.dev/cordoned-at': 'then' } })] },
      groups: [aFencedGroup('old-1', ['o1']), aFencedGroup('renamed', []), aGroup('other', [])],
    })
    const { actions, kind } = decideAbort(target, observed)
    expect(kind).toBe('act')
    expect(actions).toEqual([
      expect.objectContaining({
        kind: 'restore-group',
        object: 'old-1',
        minSize: 1,
        maxSize: 10,
        resume: ['AZRebalance', 'AlarmNotification', 'InstanceRefresh', 'ScheduledActions'],
        discovery: undefined,
        removeTags: ['regroup.dev/fence'],
        reason: 'min 1, max 10 again; it has 1 of the 1 instances from before',
      }),
      expect.objectContaining({ kind: 'restore-group', object: 'renamed' }),
    ])
  })

  it('keep what was suspended before, and how the tag of the autoscaler was', () => {
    const fence = {
      min: 2,
      max: 4,
      desired: 3,
      suspended: ['AZRebalance', 'Launch'],
      discovery: 'yes',
      isDiscoveryPropagated: false,
    }
    const tags = { 'regroup.dev/fence': JSON.stringify(fence), 'regroup.dev/empty-since': 'then' }
    const [action] = decideAbort(
      target,
      anObservation({ groups: [aFencedGroup('old-1', [], { tags })] }),
    ).actions
    expect(action).toMatchObject({
      resume: ['AlarmNotification', 'InstanceRefresh', 'ScheduledActions'],
      discovery: { value: 'yes', isPropagated: false },
      removeTags: ['regroup.dev/empty-since', 'regroup.dev/fence'],
    })
  })

  it('of a group that is being deleted are gone with it', () => {
    const groups = [aFencedGroup('old-1', [], { isDeleting: true })]
    expect(kindsOf(anObservation({ groups, record: none }))).toEqual([])
  })
})

describe('nodes', () => {
  it('lose our marks only; one that is ending is left to end', () => {
    const mark = { annotations: { 'regroup.dev/cordoned-at': 'then' }, isUnschedulable: true }
    const retiring = { key: 'regroup.dev/retiring', effect: 'PreferNoSchedule' as const }
    const nodes = [
      aNode('o1', mark),
      aNode('o2', { taints: [retiring] }),
      aNode('o3', { isUnschedulable: true }),
      aNode('o4', mark),
      aNode('n1', { annotations: { 'regroup.dev/scale-down-disabled': 'true' } }),
    ]
    const old = aGroup('old-1', ['o1', 'o2', 'o3', 'o4'])
    const instances = old.instances.map((one, at) =>
      at === 3 ? { ...one, lifecycleState: 'Terminating:Wait' } : one,
    )
    const groups = [{ ...old, instances }, aGroup('eks-new-a', ['n1'])]
    expect(kindsOf(anObservation({ objects: { nodes }, groups }))).toEqual([
      'restore-node o1',
      'restore-node o2',
      'unprotect-node n1',
    ])
  })
})

describe('the priority map', () => {
  const groups = [aGroup('eks-new-a', []), aGroup('old-1', [])]
  const nodeGroups = [aNodeGroup('new-a')]
  const ours = "50:\n  - '^eks-new-a$'\n1:\n  - '^old-1$'\n"
  const annotations = {
    'regroup.dev/node-groups': 'new-a=eks-new-a',
    'regroup.dev/previous-priorities': 'before',
  }
  const withMap = (text: string, marks: Readonly<Record<string, string>> = annotations) => {
    const priorities = { text, resourceVersion: '7', annotations: marks }
    return decideAbort(target, anObservation({ groups, nodeGroups, priorities, record: none }))
  }

  it.each([
    { name: 'as Regroup wrote it', text: ours },
    {
      name: 'with a group that is gone since',
      text: "50:\n  - '^eks-new-a$'\n1:\n  - '^old-1$'\n  - '^old-2$'\n",
    },
  ])('$name is put back', ({ text }) => {
    expect(withMap(text).actions).toEqual([
      expect.objectContaining({ kind: 'restore-priorities', text: 'before', resourceVersion: '7' }),
    ])
  })

  it('from before a further node group was made is put back', () => {
    const marks = { ...annotations, 'regroup.dev/node-groups': '' }
    expect(withMap("1:\n  - '^old-1$'\n", marks).actions).toHaveLength(1)
  })

  it('that was not there before goes', () => {
    const { 'regroup.dev/previous-priorities': _, ...marks } = annotations
    expect(withMap(ours, marks).actions).toEqual([
      expect.objectContaining({ kind: 'restore-priorities', text: undefined }),
    ])
  })

  it.each([
    { name: 'that someone changed', text: `${ours}  - 'other'\n`, marks: annotations },
    { name: 'with another priority', text: ours.replace('50:', '40:'), marks: annotations },
  ])('$name is left, and named', ({ marks, text }) => {
    const { blockers, kind } = withMap(text, marks)
    expect(kind).toBe('blocked')
    expect(blockers).toEqual([expect.objectContaining({ code: 'priorities/changed' })])
  })

  it('that was too long to be kept is left, and named', () => {
    const marks = { ...annotations, 'regroup.dev/previous-priorities': 'x'.repeat(20_000) }
    expect(withMap(ours, marks).blockers).toEqual([
      expect.objectContaining({ code: 'priorities/too-long' }),
    ])
  })

  it('stays when no old group is left: what it said before names groups that are gone', () => {
    const text = "50:\n  - '^eks-new-a$'\n"
    const priorities = { text, resourceVersion: '7', annotations }
    const left = { groups: groups.slice(0, 1), nodeGroups, priorities, record: none }
    expect(decideAbort(target, anObservation(left)).kind).toBe('settled')
  })

  it('without our mark is none of our business', () => {
    expect(withMap('anything', {}).kind).toBe('settled')
  })
})

it('the record goes last', () => {
  const { actions } = decideAbort(target, anObservation({}))
  expect(actions.map(({ kind }) => kind)).toEqual(['delete-record'])
  expect(decideAbort(target, anObservation({ record: none })).kind).toBe('settled')
})
