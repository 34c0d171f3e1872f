import { describe, expect, it } from 'vitest'
import { aGroup, aTarget } from '../../test/migration-view.ts'
import type { ObservedGroup } from '../decide/observed.ts'
import { loadFleet } from '../fleet/load-fleet.ts'
import { assert } from '../world/assert.ts'
import { unmatchedFrom } from './unmatched-from.ts'

/** A fleet file that says which groups are old, or not. */
function desiredFrom(from: string | undefined) {
  const bytes = `
apiVersion: regroup.dev/v1alpha1
kind: Fleet
metadata: { name: shop }
defaults: { nodeRole: "arn:aws:iam::111122223333:role/nodes", instanceTypes: [m6i.large], arch: amd64 }
nodeGroups: [{ name: new-a, availabilityZone: eu-west-1a }]
clusters: [{ names: [shop], region: eu-west-1 }]
migration:
  soak: 1h
${from === undefined ? '' : `  from: ${from}`}
`
  const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes })
  const cluster = desired?.clusters[0]
  assert(cluster !== undefined, JSON.stringify(findings))
  return cluster
}

function found(from: string | undefined, groups: readonly ObservedGroup[]) {
  const desired = desiredFrom(from)
  const target = aTarget({ clusterName: 'shop', oldGroups: desired.migration.from })
  return unmatchedFrom(desired, target, groups)
}

const named = (...names: readonly string[]) => names.map((name) => aGroup(name, []))
const managed = aGroup('eks-new-a', [], { tags: { 'eks:nodegroup-name': 'new-a' } })
const typed = '[{ autoScalingGroup: "$(cluster)s-*" }, { tags: { team: web } }]'

describe('a selector that matches no group', () => {
  it('is named with its place, what there is, and the remedy', () => {
    const names = ['g', 'f', 'e', 'd', 'c', 'b', 'a'].map((letter) => `shop-${letter}`)
    expect(found(typed, named(...names))).toEqual({
      code: 'fleet/from-matches-nothing',
      severity: 'warning',
      message:
        'autoScalingGroup "shops-*" or tags team=web matches no old Auto Scaling group of cluster shop: ' +
        'nothing would be migrated; there are shop-a, shop-b, shop-c, shop-d, shop-e and 2 more',
      remedy:
        'Correct the selector; groups are known as those of the cluster by their tag kubernetes.io/cluster/shop.',
      path: 'migration.from',
      location: { file: 'fleet.yaml', line: 10, column: 9 },
    })
  })

  it('of a cluster without any group is a warning too', () => {
    expect(found(typed, [])?.message).toContain('nothing would be migrated; there is none')
  })

  it('or only those of managed node groups, which are never old', () => {
    const other = aGroup('eks-b', [], { tags: { 'eks:nodegroup-name': 'b' } })
    const { message, severity } = found('[{ autoScalingGroup: "eks-*" }]', [other]) ?? {}
    expect(message).toContain('it matches eks-b, of managed node groups, which are never old')
    expect(severity).toBe('warning')
  })
})

describe('nothing is said', () => {
  it.each([
    { name: 'when one of them matches', from: typed, groups: named('shops-1', 'shop-b') },
    { name: 'when none is asked for', from: undefined, groups: named('shop-a') },
    { name: 'after a migration', from: typed, groups: [managed] },
  ])('$name', ({ from, groups }) => {
    expect(found(from, groups)).toBeUndefined()
  })
})

it('is an info where the node groups are there and other groups stay', () => {
  const finding = found(typed, [managed, ...named('gpu')])
  expect(finding?.severity).toBe('info')
  expect(finding?.remedy).toContain('Nothing is to do where the migration is over')
  expect(finding?.message).toContain('there are gpu')
})
