import { describe, expect, it } from 'vitest'
import {
  aGroup,
  aNodeGroup,
  anObservation,
  aTarget,
  aTargetGroup,
} from '../../test/migration-view.ts'
import { decideFence } from './fence.ts'
import { fenceRecordOf } from './fence-record.ts'

const target = aTarget({ nodeGroups: [aTargetGroup('new-a', { minSize: 1 })] })
const nodeGroups = [aNodeGroup('new-a')]

describe('the record of a migration that begins', () => {
  it.each([
    { name: 'their minimum', present: [], counted: 1 },
    { name: 'what is there already, as after an abort', present: ['n1', 'n2', 'n3'], counted: 3 },
  ])('counts of the new groups $name', ({ counted, present }) => {
    const groups = [aGroup('eks-new-a', present), aGroup('old-1', ['o1', 'o2'])]
    const observed = anObservation({ groups, nodeGroups, record: { exists: false } })
    expect(decideFence(target, observed).actions).toEqual([
      expect.objectContaining({
        kind: 'write-record',
        record: { originalNodeCount: 2, originalNewNodeCount: counted },
      }),
    ])
  })
})

describe('a fence', () => {
  it.each([
    { isDiscoveryPropagated: true, told: undefined },
    { isDiscoveryPropagated: false, told: false },
  ])(
    'keeps how the tag of the autoscaler was: propagated $isDiscoveryPropagated',
    ({ isDiscoveryPropagated, told }) => {
      const tags = { 'k8s.io/cluster-autoscaler/enabled': 'true' }
      const old = aGroup('old-1', ['o1'], { isDiscoveryPropagated, tags })
      const [action] = decideFence(
        target,
        anObservation({ groups: [old], nodeGroups, record: { exists: true } }),
      ).actions
      expect(action).toMatchObject({ kind: 'fence-group' })
      const fenceTag = action?.kind === 'fence-group' ? action.fenceTag : ''
      const record = fenceRecordOf({ ...old, tags: { 'regroup.dev/fence': fenceTag } })
      expect(record).toMatchObject({ min: 0, max: 10, desired: 1, discovery: 'true' })
      expect(record?.isDiscoveryPropagated).toBe(told)
    },
  )
})
