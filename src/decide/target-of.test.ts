import { describe, expect, it } from 'vitest'
import { loadFleet } from '../fleet/load-fleet.ts'
import { assert } from '../world/assert.ts'
import { type TargetFacts, targetOf } from './target-of.ts'

const bytes = `
apiVersion: regroup.dev/v1alpha1
kind: Fleet
metadata: { name: two }
defaults:
  kubernetesVersion: "1.35"
  region: eu-west-1
  nodeRole: arn:aws:iam::111122223333:role/workers
  availabilityZone: "*"
  capacityType: SPOT
  arch: arm64
  instanceTypes: [m6g.large]
  minSize: 0
  maxSize: 3
  amiFamily: AmazonLinux2023
  releaseVersion: latest
nodeGroups:
  - { name: inner-$(azIndex), subnetSelector: { tier: inner } }
  - { name: outer-$(azIndex), subnetSelector: { tier: outer } }
clusters: [{ names: [shop] }]
migration: { from: [{ autoScalingGroup: "shop-*" }] }
`

const subnet = (subnetId: string, zone: string, tier: string) => ({
  subnetId,
  zone: `eu-west-1${zone}`,
  tags: { tier },
})

const facts: TargetFacts = {
  subnets: [
    subnet('subnet-1', 'a', 'inner'),
    subnet('subnet-2', 'b', 'inner'),
    subnet('subnet-3', 'b', 'outer'),
    subnet('subnet-4', 'c', 'none of ours'),
  ],
  cluster: {
    name: 'shop',
    endpoint: 'https://1.eks.amazonaws.com',
    certificateAuthority: 'Q0E=',
    serviceCidr: '10.100.0.0/16',
  },
  releases: new Map([
    [
      '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/release_version',
      '1.35.2-20260714',
    ],
  ]),
}

function desiredCluster() {
  const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes })
  expect(findings).toEqual([])
  const cluster = desired?.clusters[0]
  assert(cluster !== undefined, 'the fleet file is right')
  return cluster
}

describe('targetOf', () => {
  it('gives each group the zones and subnets of its own selector', () => {
    const { nodeGroups } = targetOf(desiredCluster(), facts)
    expect(nodeGroups.map(({ creation, name, zone }) => [name, zone, creation?.subnetIds])).toEqual(
      [
        ['inner-0', 'eu-west-1a', ['subnet-1']],
        ['inner-1', 'eu-west-1b', ['subnet-2']],
        ['outer-0', 'eu-west-1b', ['subnet-3']],
      ],
    )
  })

  it('keeps a group without any subnet, so that it is missed', () => {
    const { nodeGroups } = targetOf(desiredCluster(), { ...facts, subnets: [] })
    expect(nodeGroups.map(({ creation, zone }) => [zone, creation])).toEqual([
      ['*', undefined],
      ['*', undefined],
    ])
  })

  it('leaves groups whose image is not published without a creation', () => {
    const { nodeGroups } = targetOf(desiredCluster(), { ...facts, releases: new Map() })
    expect(nodeGroups.map(({ creation }) => creation)).toEqual([undefined, undefined, undefined])
  })
})
