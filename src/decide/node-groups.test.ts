import { describe, expect, it } from 'vitest'
import { nowMs } from '../../test/cluster-view.ts'
import {
  aFencedGroup,
  aGroup,
  aNodeGroup,
  anObservation,
  aTarget,
  aTargetGroup,
} from '../../test/migration-view.ts'
import { decideMigration } from './migrate.ts'
import { decideNodeGroups } from './node-groups.ts'
import { decidePriorities } from './priorities.ts'

const target = aTarget({
  nodeGroups: ['new-a', 'new-b', 'new-c'].map((name) => aTargetGroup(name)),
})

describe('node groups', () => {
  it('are created one after the other', () => {
    const creating = anObservation({ nodeGroups: [aNodeGroup('new-a', 'CREATING')] })
    expect(decideNodeGroups(target, anObservation({})).actions).toEqual([
      expect.objectContaining({ kind: 'create-node-group', object: 'new-a' }),
    ])
    expect(decideNodeGroups(target, creating)).toMatchObject({
      actions: [],
      waits: [{ reason: 'node-group-creating', object: 'new-a' }],
    })
    const next = anObservation({ nodeGroups: [aNodeGroup('new-a')] })
    expect(decideNodeGroups(target, next).actions).toEqual([
      expect.objectContaining({ kind: 'create-node-group', object: 'new-b' }),
    ])
  })

  it('exist before anything old is touched', () => {
    const observed = anObservation({
      nodeGroups: [aNodeGroup('new-a'), aNodeGroup('new-b')],
      groups: [aGroup('old-1', ['o1'])],
      record: { exists: false },
    })
    const context = { nowMs, emptySince: new Map<string, number>() }
    expect(decideMigration(target, observed, context).actions.map((action) => action.kind)).toEqual(
      ['create-node-group'],
    )
  })

  it('that cannot be resolved stop everything', () => {
    const one = { ...aTargetGroup('new-a'), creation: undefined }
    expect(decideNodeGroups(aTarget({ nodeGroups: [one] }), anObservation({})).blockers).toEqual([
      expect.objectContaining({ code: 'node-group/unresolved', isFatal: true }),
    ])
  })

  it('that are degraded count as there: their nodes run', () => {
    const nodeGroups = ['new-a', 'new-b', 'new-c'].map((name) => aNodeGroup(name, 'DEGRADED'))
    expect(decideNodeGroups(target, anObservation({ nodeGroups })).progress).toMatchObject({
      doneCount: 3,
      totalCount: 3,
    })
  })
})

describe('the priority map', () => {
  const prioritised = aTarget({
    managesPriorities: true,
    nodeGroups: [aTargetGroup('new-a', { priority: 50 }), aTargetGroup('new-b', { priority: 10 })],
  })
  const parts = {
    nodeGroups: [aNodeGroup('new-a'), aNodeGroup('new-b')],
    groups: [
      aGroup('eks-new-a', []),
      aGroup('eks-new-b', []),
      aFencedGroup('old-(x)', []),
      aGroup('other', []),
    ],
  }
  const text = "50:\n  - '^eks-new-a$'\n10:\n  - '^eks-new-b$'\n1:\n  - '^old-\\(x\\)$'\n"

  it('lists new groups by priority and parks old ones below, names escaped', () => {
    const { actions } = decidePriorities(prioritised, anObservation(parts))
    expect(actions).toEqual([
      expect.objectContaining({ kind: 'publish-priorities', text, resourceVersion: undefined }),
    ])
  })

  it('keeps the tier that a third group had, and what the map said before us', () => {
    const before = "20:\n  - '^other$'\n"
    const priorities = { text: before, resourceVersion: '7', annotations: {} }
    const [action] = decidePriorities(prioritised, anObservation({ ...parts, priorities })).actions
    expect(action).toMatchObject({
      resourceVersion: '7',
      annotations: { 'regroup.dev/previous-priorities': before },
    })
    expect(action).toHaveProperty('text', expect.stringContaining("20:\n  - '^other$'\n"))
  })

  it('remembers the first map, not our own', () => {
    const annotations = { 'regroup.dev/previous-priorities': 'the first' }
    const priorities = { text: 'ours', resourceVersion: '8', annotations }
    const [action] = decidePriorities(prioritised, anObservation({ ...parts, priorities })).actions
    expect(action).toMatchObject({
      annotations: { 'regroup.dev/previous-priorities': 'the first' },
    })
  })

  it('is left alone when it is right, and when it is not ours', () => {
    const priorities = { text, resourceVersion: '9', annotations: {} }
    const observed = anObservation({ ...parts, priorities })
    expect(decidePriorities(prioritised, observed).actions).toEqual([])
    expect(
      decidePriorities(aTarget({ managesPriorities: false }), anObservation(parts)).actions,
    ).toEqual([])
  })
})
