import { describe, expect, it } from 'vitest'
import { aNode, aPod, aVolume, clusterView, type PodParts, podIn } from '../../test/cluster-view.ts'
import type { Taint } from '../world/kube-objects.ts'
import { misfit, satisfiesTerm, tolerates } from './node-fit.ts'

describe('tolerates', () => {
  const taint: Taint = { key: 'arch', value: 'arm64', effect: 'NoSchedule' }
  it.each([
    {
      name: 'equal key, value and effect',
      one: { key: 'arch', value: 'arm64', effect: 'NoSchedule' },
      is: true,
    },
    {
      name: 'Equal is the default operator',
      one: { key: 'arch', operator: 'Equal' as const, value: 'arm64' },
      is: true,
    },
    { name: 'no effect means all effects', one: { key: 'arch', value: 'arm64' }, is: true },
    { name: 'an empty effect too', one: { key: 'arch', value: 'arm64', effect: '' }, is: true },
    {
      name: 'another effect',
      one: { key: 'arch', value: 'arm64', effect: 'NoExecute' },
      is: false,
    },
    { name: 'another value', one: { key: 'arch', value: 'amd64' }, is: false },
    {
      name: 'Exists looks at the key only',
      one: { key: 'arch', operator: 'Exists' as const },
      is: true,
    },
    { name: 'another key', one: { key: 'gpu', operator: 'Exists' as const }, is: false },
    {
      name: 'Exists without key tolerates everything',
      one: { operator: 'Exists' as const },
      is: true,
    },
    { name: 'neither key nor Exists', one: { value: 'arm64' }, is: false },
  ])('$name: $is', ({ is, one }) => {
    expect(tolerates(one, taint)).toBe(is)
  })

  it('an absent value equals the empty one', () => {
    const bare: Taint = { key: 'gpu', effect: 'NoSchedule' }
    expect(tolerates({ key: 'gpu', value: '' }, bare)).toBe(true)
    expect(tolerates({ key: 'gpu' }, { ...bare, value: '' })).toBe(true)
  })
})

describe('satisfiesTerm', () => {
  const shape = { name: 'n1', zone: 'a', labels: { size: 'big' }, taints: [] }
  it('a term without requirement matches nothing', () => {
    expect(satisfiesTerm({}, shape)).toBe(false)
    expect(satisfiesTerm({ matchExpressions: [], matchFields: [] }, shape)).toBe(false)
  })

  it('looks at labels and at the name', () => {
    const big = [{ key: 'size', operator: 'In' as const, values: ['big'] }]
    const name = (value: string) => [
      { key: 'metadata.name', operator: 'In' as const, values: [value] },
    ]
    expect(satisfiesTerm({ matchExpressions: big }, shape)).toBe(true)
    expect(satisfiesTerm({ matchExpressions: big, matchFields: name('n1') }, shape)).toBe(true)
    expect(satisfiesTerm({ matchExpressions: big, matchFields: name('n2') }, shape)).toBe(false)
  })
})

describe('misfit', () => {
  const node = aNode('n1', {
    zone: 'a',
    labels: { 'kubernetes.io/arch': 'arm64', 'topology.ebs.csi.aws.com/zone': 'a' },
    taints: [
      { key: 'arch', value: 'arm64', effect: 'NoSchedule' },
      { key: 'soft', effect: 'PreferNoSchedule' },
    ],
  })
  const tolerations = [{ key: 'arch', operator: 'Exists' as const }]
  const zoneIn = (...values: string[]): PodParts['affinity'] => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: values.map((value) => ({
          matchExpressions: [
            { key: 'topology.kubernetes.io/zone', operator: 'In', values: [value] },
          ],
        })),
      },
    },
  })
  const rows: readonly { name: string; parts: PodParts; why: string | undefined }[] = [
    {
      name: 'a tolerated taint, a soft one does not count',
      parts: { spec: { tolerations } },
      why: undefined,
    },
    { name: 'a taint', parts: {}, why: 'taint arch=arm64:NoSchedule' },
    {
      name: 'a selector',
      parts: { spec: { tolerations, nodeSelector: { 'kubernetes.io/arch': 'amd64' } } },
      why: 'node selector',
    },
    {
      name: 'affinity to another zone',
      parts: { spec: { tolerations }, affinity: zoneIn('b')! },
      why: 'node affinity',
    },
    {
      name: 'affinity: one term is enough',
      parts: { spec: { tolerations }, affinity: zoneIn('b', 'a')! },
      why: undefined,
    },
    {
      name: 'a volume of another zone',
      parts: { spec: { tolerations, ...claim('far') } },
      why: 'volume pv-far in zone b',
    },
    {
      name: 'a volume of this zone',
      parts: { spec: { tolerations, ...claim('near') } },
      why: undefined,
    },
    {
      name: 'a volume of the driver, which runs on the node',
      parts: { spec: { tolerations, ...claim('driver-near') } },
      why: undefined,
    },
    {
      name: 'a volume of the driver in another zone',
      parts: { spec: { tolerations, ...claim('driver-far') } },
      why: 'volume pv-driver-far in zone b',
    },
    {
      name: 'a local volume',
      parts: { spec: { tolerations, ...claim('local') } },
      why: 'local volume pv-local on n9',
    },
    {
      name: 'a volume that is not bound yet',
      parts: { spec: { tolerations, ...claim('new') } },
      why: undefined,
    },
  ]
  it.each(rows)('$name: $why', ({ parts, why }) => {
    const view = clusterView({
      nodes: [node],
      pods: [aPod('p', parts)],
      volumes: [
        aVolume('far', { zone: 'b' }),
        aVolume('near', { zone: 'a' }),
        aVolume('driver-near', { zone: 'a', zoneKey: 'topology.ebs.csi.aws.com/zone' }),
        aVolume('driver-far', { zone: 'b', zoneKey: 'topology.ebs.csi.aws.com/zone' }),
        aVolume('local', { localNode: 'n9' }),
      ],
    })
    expect(misfit(podIn(view, 'p'), view.nodes.get('n1')!, view)).toBe(why)
  })

  it('a node on which the storage driver has not registered is no place for its volumes', () => {
    const view = clusterView({
      nodes: [aNode('n2', { zone: 'a' })],
      pods: [aPod('p', { spec: claim('data') })],
      volumes: [aVolume('data', { zone: 'a', zoneKey: 'topology.ebs.csi.aws.com/zone' })],
    })
    expect(misfit(podIn(view, 'p'), view.nodes.get('n2')!, view)).toBe(
      'volume pv-data needs node label topology.ebs.csi.aws.com/zone',
    )
  })
})

function claim(claimName: string) {
  return { volumes: [{ name: claimName, persistentVolumeClaim: { claimName } }] }
}
