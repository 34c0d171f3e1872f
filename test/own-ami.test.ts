/** Groups with an image of the team's own, from the fleet file to nodes that join. */

import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { check } from '../src/check/check.ts'
import { fleetFacts } from '../src/check/inputs/fleet.ts'
import { targetOf } from '../src/decide/target-of.ts'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { nodeSourceOf } from '../src/fleet/node-source.ts'
import { effectiveNode } from '../src/nodes/effective/effective-node.ts'
import { parseMime } from '../src/nodes/mime.ts'
import { readNodeConfig } from '../src/nodes/node-config.ts'
import { rehearseMigration } from '../src/run/rehearse.ts'
import { Images } from '../src/twin/aws/images.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { assert } from '../src/world/assert.ts'

const images = new Images()
const long = `#!/bin/bash\n${'# why this node is as it is, told at length\n'.repeat(500)}true\n`

interface GroupEntry {
  arch: 'amd64' | 'arm64'
  [key: string]: unknown
}

/** The fleet of the starter world with the newest image of each architecture by its id. */
function fleetText(more: Readonly<Record<string, unknown>> = {}): string {
  const document = parse(scenarioFleetYaml('starter') ?? '') as { nodeGroups: GroupEntry[] }
  const nodeGroups = document.nodeGroups.map((group) => ({
    ...group,
    ami: { id: images.newest('AmazonLinux2023', group.arch, '1.35')?.id },
    ...more,
  }))
  return stringify({ ...document, nodeGroups })
}

function loaded(bytes: string) {
  const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes })
  return { desired, codes: findings.map(({ code }) => code) }
}

async function rehearse(bytes: string) {
  const { codes, desired } = loaded(bytes)
  const world = scenarioWorld('starter')
  assert(desired !== undefined && world !== undefined, codes.join())
  return rehearseMigration({ world, fleet: desired, seed: '1', engine: 'regroup' })
}

describe('an image of the team', () => {
  it('is migrated to: the nodes have all they need to join', async () => {
    const report = await rehearse(fleetText())
    expect(report.result).toBe('converged')
    expect(report.invariants.broken).toEqual([])
    expect(report.pods.lost).toBe(0)
    expect(report.oldGroupsRemaining).toEqual([])
  })

  it('takes a bootstrap of more than 16 KB as gzip', async () => {
    const report = await rehearse(fleetText({ preBootstrapCommands: [long] }))
    expect(report.result).toBe('converged')
    expect(report.oldGroupsRemaining).toEqual([])
  })
})

describe('the target', () => {
  const cluster = {
    name: 'starter',
    endpoint: 'https://1.eks.amazonaws.com',
    certificateAuthority: 'Q0E=',
    serviceCidr: '10.100.0.0/16',
  }
  const subnets = ['a', 'b', 'c'].map((letter) => ({
    subnetId: `subnet-${letter}`,
    zone: `eu-west-1${letter}`,
    tags: { 'kubernetes.io/role/internal-elb': '1' },
  }))

  function creationOf(text: string, facts: typeof cluster | undefined) {
    const desired = loaded(text).desired?.clusters[0]
    assert(desired !== undefined, 'the fleet is right')
    const found = targetOf(desired, { subnets, releases: new Map(), cluster: facts })
    return (
      found.nodeGroups.find(({ template }) => template.taints.length > 0)?.creation ??
      found.nodeGroups[0]?.creation
    )
  }

  it('names the image and no release, and tells the node all four facts, labels and taints', () => {
    const text = fleetText({
      labels: { team: 'web' },
      taints: [{ key: 'a', effect: 'NoSchedule' }],
    })
    const creation = creationOf(text, cluster)
    expect(creation).toMatchObject({ amiType: undefined, releaseVersion: undefined })
    const { data, isGzipped } = creation?.launchTemplate ?? {}
    expect(isGzipped).toBe(false)
    expect(data?.ImageId).toMatch(/^ami-[0-9a-f]{17}$/)
    const userData = Buffer.from(String(data?.UserData), 'base64').toString()
    const config = readNodeConfig(parseMime(userData)?.at(-1)?.body ?? '')
    expect(config?.spec.cluster).toEqual({
      apiServerEndpoint: cluster.endpoint,
      certificateAuthority: 'Q0E=',
      cidr: '10.100.0.0/16',
      name: 'starter',
    })
    expect(config?.kubeletFlags).toEqual(['--node-labels=team=web'])
    expect(config?.kubeletConfig.registerWithTaints).toEqual([{ key: 'a', effect: 'NoSchedule' }])
  })

  it('is not made while a fact of the cluster is unknown', () => {
    expect(creationOf(fleetText(), undefined)).toBeUndefined()
  })

  it('has one name whatever zlib makes of the text: the hash is of the plain one', () => {
    const creation = creationOf(fleetText({ preBootstrapCommands: [long] }), cluster)
    expect(creation?.launchTemplate.isGzipped).toBe(true)
    const plain = Buffer.from(String(creation?.launchTemplate.data.UserData), 'base64').toString()
    expect(plain).toContain('told at length')
  })
})

describe('the fleet file', () => {
  it.each([
    ['fleet/ami-release', { releaseVersion: '1.35.6-20260714' }],
    ['fleet/ami-user-data', { userData: '#!/bin/bash\n', kubelet: { maxPods: 50 } }],
    ['fleet/invalid-value', { ami: { id: 'ami-1' } }],
    ['fleet/unknown-key', { ami: { name: 'golden' } }],
  ])('%s', (code, more) => {
    expect(loaded(fleetText(more)).codes).toContain(code)
  })

  it('is checked as what it is: an image of its own, without type and version of EKS', () => {
    const { desired } = loaded(fleetText({ labels: { team: 'web' } }))
    assert(desired !== undefined, 'the fleet is right')
    const [group] = fleetFacts('fleet.yaml', desired.clusters).clusters[0]?.groups ?? []
    expect(group).toMatchObject({ amiMode: 'custom' })
    expect(group?.template?.data?.ImageId).toMatch(/^ami-/)
    for (const member of ['amiType', 'releaseVersion', 'version']) {
      expect(group).not.toHaveProperty(member)
    }
    const text = fleetText({ instanceTypes: ['m6g.large'], arch: 'arm64' })
    const findings = check({ file: 'fleet.yaml', bytes: text }, { today: '2026-11-26' })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('explains it: nothing is merged, labels are there at once', () => {
    const cluster = loaded(fleetText({ labels: { team: 'web' } })).desired?.clusters[0]
    const [group] = cluster?.nodeGroups ?? []
    assert(cluster !== undefined && group !== undefined, 'there is a group')
    const node = effectiveNode(nodeSourceOf(group, cluster))
    expect(node.mode).toBe('own')
    expect(node.userData.text).toContain('<endpoint of starter>')
    expect(node.userData.isEstimate).toBe(true)
    expect(node.labels.find(({ key }) => key === 'team')?.isAtRegistration).toBe(true)
    expect(node.ami.origin.by).toBe('fleet file')
    expect(node.kubelet.flags.map(({ origin }) => origin.by)).toEqual(['fleet file'])
  })
})
