/** Control plane and add-ons: upgrades, refusals, catalogue. Twin layer. */

import { describe, expect, it } from 'vitest'
import { clusterName, type SmallWorld, smallWorld } from '../../../../test/small-world.ts'
import type { DaemonSet, Deployment } from '../../../world/kube-objects.ts'

const minuteMs = 60_000
const name = clusterName

describe('UpdateClusterVersion', () => {
  it('takes 8 to 12 minutes; the API server changes at the end', async () => {
    const world = smallWorld()
    const input = { name, version: '1.33', clientRequestToken: 't' }
    const { update } = await world.call(world.api.eks.updateClusterVersion(input))
    const again = await world.call(world.api.eks.updateClusterVersion(input))
    expect(again.update?.id).toBe(update?.id)
    world.advance(7 * minuteMs)
    const { cluster } = await world.call(world.api.eks.describeCluster({ name }))
    expect(cluster).toMatchObject({ status: 'UPDATING', version: '1.32' })
    expect(world.cluster.kubernetesVersion).toBe('1.32')
    world.advance(6 * minuteMs)
    const after = await world.call(world.api.eks.describeCluster({ name }))
    expect(after.cluster).toMatchObject({ status: 'ACTIVE', version: '1.33' })
    expect(world.cluster.kubernetesVersion).toBe('1.33')
    const described = await world.call(world.api.eks.describeUpdate({ name, updateId: update?.id }))
    expect(described.update).toMatchObject({
      status: 'Successful',
      type: 'VersionUpdate',
      params: [{ type: 'Version', value: '1.33' }],
    })
    expect(world.changes.map((change) => change.kind)).toEqual(['cluster-version'])
  })

  type Row = { name: string; code: string; call: (world: SmallWorld) => Promise<unknown> }
  const rows: Row[] = [
    {
      name: 'two minors',
      code: 'InvalidParameterException',
      call: ({ api }) => api.eks.updateClusterVersion({ name, version: '1.34' }),
    },
    {
      name: 'the same minor',
      code: 'InvalidParameterException',
      call: ({ api }) => api.eks.updateClusterVersion({ name, version: '1.32' }),
    },
    {
      name: 'no such cluster',
      code: 'ResourceNotFoundException',
      call: ({ api }) => api.eks.updateClusterVersion({ name: 'x', version: '1.33' }),
    },
    {
      name: 'while another one runs',
      code: 'ResourceInUseException',
      call: async ({ api }) => {
        const first = api.eks.updateClusterVersion({ name, version: '1.33' })
        await Promise.all([first, api.eks.updateClusterVersion({ name, version: '1.33' })])
      },
    },
    {
      name: 'an add-on that is not there',
      code: 'ResourceNotFoundException',
      call: ({ api }) => api.eks.describeAddon({ clusterName: name, addonName: 'x' }),
    },
    {
      name: 'a kube-proxy newer than the cluster',
      code: 'InvalidParameterException',
      call: ({ api }) =>
        api.eks.updateAddon({
          clusterName: name,
          addonName: 'kube-proxy',
          addonVersion: 'v1.33.0-eksbuild.1',
        }),
    },
    {
      name: 'an unknown add-on of the catalogue',
      code: 'InvalidParameterException',
      call: ({ api }) => api.eks.describeAddonVersions({ addonName: 'x' }),
    },
    {
      name: 'an update that is not there',
      code: 'ResourceNotFoundException',
      call: ({ api }) => api.eks.describeUpdate({ name, updateId: 'x' }),
    },
  ]
  it.each(rows)('refuses: $name', async ({ call, code }) => {
    const world = smallWorld()
    expect(await world.codeOf(call(world))).toBe(code)
  })

  it('says which step is unsupported', async () => {
    const world = smallWorld()
    const work = world.api.eks.updateClusterVersion({ name, version: '1.35' })
    await expect(world.call(work)).rejects.toThrow(
      'Unsupported Kubernetes minor version update from 1.32 to 1.35',
    )
  })
})

describe('UpdateAddon', () => {
  const template = (image: string) => ({
    metadata: { labels: { app: 'x' } },
    spec: { containers: [{ name: 'main', image }] },
  })
  const selector = { matchLabels: { app: 'x' } }

  it('changes version and image within 90 seconds', async () => {
    const world = smallWorld()
    const { store } = world.cluster
    const set: DaemonSet = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { namespace: 'kube-system', name: 'kube-proxy' },
      spec: { selector, template: template('602401143452.dkr.ecr.eu-west-1/eks/kube-proxy:v1.31') },
    }
    const deployment: Deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: 'kube-system', name: 'coredns' },
      spec: { replicas: 0, selector, template: template('registry:5000/coredns') },
    }
    store.create('DaemonSet', set)
    store.create('Deployment', deployment)
    const wanted = { 'kube-proxy': 'v1.32.0-eksbuild.2', coredns: 'v1.11.4-eksbuild.2' }
    for (const [addonName, addonVersion] of Object.entries(wanted)) {
      const input = { clusterName, addonName, addonVersion }
      await world.call(world.api.eks.updateAddon(input))
      const { addon } = await world.call(world.api.eks.describeAddon({ clusterName, addonName }))
      expect(addon?.status).toBe('UPDATING')
      expect(await world.codeOf(world.api.eks.updateAddon(input))).toBe('ResourceInUseException')
    }
    world.advance(91_000)
    for (const [addonName, addonVersion] of Object.entries(wanted)) {
      const { addon } = await world.call(world.api.eks.describeAddon({ clusterName, addonName }))
      expect(addon).toMatchObject({ status: 'ACTIVE', addonVersion })
    }
    const image = (kind: 'DaemonSet' | 'Deployment', object: string): string | undefined =>
      store.get(kind, 'kube-system', object)?.spec.template.spec.containers[0]?.image
    expect(image('DaemonSet', 'kube-proxy')).toBe(
      '602401143452.dkr.ecr.eu-west-1/eks/kube-proxy:v1.32.0-eksbuild.2',
    )
    expect(image('Deployment', 'coredns')).toBe('registry:5000/coredns:v1.11.4-eksbuild.2')
  })
})

describe('catalogue', () => {
  it('offers the newest kube-proxy of every minor up to the cluster', async () => {
    const world = smallWorld()
    const input = { addonName: 'kube-proxy', kubernetesVersion: '1.33' }
    const { addons } = await world.call(world.api.eks.describeAddonVersions(input))
    const compatible = (addons?.[0]?.addonVersions ?? []).filter(
      (one) => (one.compatibilities ?? []).length > 0,
    )
    expect(compatible.map((one) => one.addonVersion?.slice(0, 5))).toEqual([
      'v1.33',
      'v1.32',
      'v1.31',
    ])
    const defaults = compatible.filter((one) => one.compatibilities?.[0]?.defaultVersion)
    expect(defaults).toHaveLength(1)
  })

  it('tells support by the virtual date', async () => {
    const world = smallWorld()
    const clusterVersions = ['1.32', '1.35', '1.99']
    const answer = await world.call(world.api.eks.describeClusterVersions({ clusterVersions }))
    expect(answer.clusterVersions?.map((one) => [one.clusterVersion, one.versionStatus])).toEqual([
      ['1.35', 'STANDARD_SUPPORT'],
      ['1.32', 'EXTENDED_SUPPORT'],
    ])
  })
})
