import { describe, expect, it } from 'vitest'
import { findGroup } from './find-group.ts'
import { loadFleet } from './load-fleet.ts'
import { nodeSourceOf } from './node-source.ts'

const text = `
apiVersion: regroup.dev/v1alpha1
kind: Fleet
metadata: { name: acme }
nodeGroups:
  - name: $(cluster)-$(azIndex)-$(capacity)
    matrix: { capacityType: [SPOT, ON_DEMAND], availabilityZone: ["*"] }
    labels: { place: "n$(azIndex)", example.com/team: web }
    kubelet: { maxPods: 50 }
  - name: $(az)-batch
    matrix: { availabilityZone: [eu-west-1a, eu-west-1b] }
  - name: tools
    availabilityZone: eu-west-1c
clusters:
  - { names: [a, b], region: eu-west-1 }
`
const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes: text })
if (desired === undefined) throw new Error(JSON.stringify(findings))
const fleet = desired

describe('findGroup', () => {
  it.each([
    ['a/a-0-spot', 'a', 'a-0-spot', undefined],
    ['a-12-on-demand', 'a', 'a-12-on-demand', undefined],
    ['b/b-$(azIndex)-spot', 'b', 'b-$(azIndex)-spot', undefined],
    ['a/eu-west-1b-batch', 'a', 'eu-west-1b-batch', 'eu-west-1b'],
    ['a/tools', 'a', 'tools', 'eu-west-1c'],
  ])('finds %s', (wanted, cluster, name, zone) => {
    const found = findGroup(fleet, wanted)
    if (!('group' in found)) throw new Error(found.reason)
    expect([found.cluster.name, found.group.name, found.zone]).toEqual([cluster, name, zone])
  })

  it('fills what the name tells into labels', () => {
    const found = findGroup(fleet, 'a/a-3-spot')
    expect('group' in found && found.group.labels.place).toBe('n3')
  })

  it.each([
    ['tools', '2 node groups are named tools', ['a/tools', 'b/tools']],
    ['a/tols', 'there is no node group a/tols', ['a/tools']],
    ['c/tools', 'there is no cluster c', ['a/tools']],
    ['a/eu-west-1c-batch', 'there is no node group', []],
    ['a/a-x-spot', 'there is no node group', ['a/a-$(azIndex)-spot']],
  ])('says why %s is not found', (wanted, reason, names) => {
    const missed = findGroup(fleet, wanted)
    if ('group' in missed) throw new Error('found')
    expect(missed.reason).toContain(reason)
    expect(missed.names).toEqual(expect.arrayContaining(names))
    if (names[0] !== undefined) expect(missed.names[0]).toBe(names[0])
  })
})

it('keeps the place of every value', () => {
  const found = findGroup(fleet, 'a/a-0-spot')
  if (!('group' in found)) throw new Error(found.reason)
  const { origins } = nodeSourceOf(found.group, found.cluster)
  expect(origins['kubelet.maxPods']).toEqual({ by: 'fleet file', place: 'fleet.yaml:9:25' })
  expect(origins['labels.example.com/team']?.place).toBe('fleet.yaml:8:55')
})
