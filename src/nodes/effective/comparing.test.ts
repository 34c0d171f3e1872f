import { describe, expect, it } from 'vitest'
import { renderUserData } from '../user-data.ts'
import { sourceChange } from './change-need.ts'
import { type ChangedSource, withChange } from './changed-source.ts'
import { nodeDifferences, textDifferences } from './differences.ts'
import { effectiveNode } from './effective-node.ts'
import type { NodeSource } from './node-source.ts'

const userData = renderUserData('AmazonLinux2023', {
  cluster: undefined,
  labels: {},
  taints: [],
  kubelet: { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50 },
})

const source: NodeSource = {
  clusterName: 'shop',
  nodeGroupName: 'web',
  region: 'eu-west-1',
  zone: undefined,
  kubernetesVersion: '1.32',
  family: 'AmazonLinux2023',
  arch: 'amd64',
  variant: 'standard',
  imageId: undefined,
  releaseVersion: '1.32.13-20260610',
  capacityType: 'SPOT',
  instanceTypes: ['m5.2xlarge', 'm6i.2xlarge'],
  labels: {},
  taints: [],
  userData,
  template: undefined,
  cluster: {},
  nodeGroupTags: {},
  groupTags: {},
  placement: { nodeRole: 'arn', subnets: ['subnet-1'] },
  origins: {},
  origin: { by: 'default' },
}

function changedTo(
  ...change: Parameters<typeof withChange> extends [unknown, ...infer R] ? R : never
) {
  const changed = withChange(source, ...change)
  if (typeof changed === 'string') throw new Error(changed)
  return changed
}

describe('withChange', () => {
  it('writes the user data anew for another family', () => {
    const { losses, source: other } = changedTo('amiFamily', 'Bottlerocket')
    expect(losses).toEqual([])
    expect(other.userData).toContain('image-gc-high-threshold-percent = 70')
    expect(other.releaseVersion).toBe('latest')
  })

  it('says what another family cannot carry', () => {
    const { losses } = changedTo('amiFamily', 'Windows')
    expect(losses.join('\n')).toContain('imageGCHighThresholdPercent')
  })

  it('says when no image was ever published', () => {
    const old = changedTo('amiFamily', 'AmazonLinux2')
    expect(old.losses).toEqual([])
    const both = withChange(old.source, 'kubernetesVersion', '1.33') as ChangedSource
    expect(both.losses).toEqual([expect.stringContaining('no image of AmazonLinux2')])
  })

  it.each([
    ['amiFamily', 'AL2023', 'amiFamily is one of'],
    ['capacityType', 'Spot', 'SPOT or ON_DEMAND'],
    ['instanceTypes', 'm5.2xlarge+m5.huge', 'm5.huge is not'],
    ['kubernetesVersion', '1.35.2', 'a minor such as 1.35'],
  ] as const)('refuses %s=%s', (key, value, part) => {
    expect(withChange(source, key, value)).toContain(part)
  })
})

describe('sourceChange', () => {
  it.each([
    ['amiFamily', 'Bottlerocket', 'replacement'],
    ['capacityType', 'ON_DEMAND', 'replacement'],
    ['instanceTypes', 'm5.2xlarge', 'replacement'],
    ['releaseVersion', '1.32.13-20260714', 'new-version'],
    ['kubernetesVersion', '1.33', 'new-version'],
  ] as const)('%s=%s needs a %s', (key, value, need) => {
    const change = sourceChange(source, changedTo(key, value).source)
    expect(change.need).toBe(need)
    expect(change.replacementName !== undefined).toBe(need === 'replacement')
    if (change.replacementName !== undefined)
      expect(change.replacementName).toMatch(/^web-[0-9a-f]{8}$/)
  })

  it('needs nothing for the same group', () => {
    expect(sourceChange(source, { ...source }).need).toBeUndefined()
  })

  it('compares subnets only with subnets: a selector is no list of ids', () => {
    const other = { ...source, placement: { nodeRole: 'arn', subnets: { selector: {} } } }
    expect(sourceChange(source, other).need).toBeUndefined()
    const moved = { ...source, placement: { nodeRole: 'arn', subnets: ['subnet-2'] } }
    expect(sourceChange(source, moved).need).toBe('replacement')
  })

  it('names a replacement by what never changes: labels give no other name', () => {
    const spot = changedTo('capacityType', 'ON_DEMAND').source
    const one = sourceChange(source, spot).replacementName
    const other = sourceChange(source, { ...spot, labels: { a: 'b' } }).replacementName
    expect(other).toBe(one)
  })
})

describe('differences', () => {
  it('names what a node gets, not where it comes from', () => {
    const moved = { ...source, origin: { by: 'node group' } as const }
    expect(nodeDifferences(effectiveNode(source), effectiveNode(moved))).toEqual([])
  })

  it('has every changed value once', () => {
    const { source: other } = changedTo('releaseVersion', '1.32.13-20260714')
    const all = nodeDifferences(effectiveNode(source), effectiveNode(other))
    expect(all.find(({ path }) => path === 'ami.releaseVersion')).toEqual({
      path: 'ami.releaseVersion',
      from: '1.32.13-20260610',
      to: '1.32.13-20260714',
    })
    expect(new Set(all.map(({ path }) => path)).size).toBe(all.length)
  })

  it('edits one text into the other', () => {
    const [from, to] = ['a\nb\nc\nd\n', 'a\nx\nc\ne\nd\n']
    const lines = textDifferences(from, to)
    const side = (kind: string): string =>
      lines
        .filter((line) => line.kind === 'same' || line.kind === kind)
        .map(({ text }) => `${text}\n`)
        .join('')
    expect(side('only in first')).toBe(from)
    expect(side('only in second')).toBe(to)
    expect(lines.filter(({ kind }) => kind === 'same')).toHaveLength(3)
    expect(textDifferences('', '')).toEqual([])
  })

  it('does not compare huge texts line by line', () => {
    const huge = 'x\n'.repeat(3000)
    expect(textDifferences(huge, huge).some(({ kind }) => kind === 'same')).toBe(false)
  })
})
