import { describe, expect, it } from 'vitest'
import type { Bootstrap } from '../../../nodes/bootstrap.ts'
import { renderUserData } from '../../../nodes/user-data.ts'
import type { ImageState } from '../ec2/state.ts'
import { joinFailureOf } from './bootstrap-check.ts'

const imageOf = (family: ImageState['family']): ImageState => ({
  id: 'ami-1',
  family,
  arch: 'amd64',
  kubernetesVersion: '1.32',
  kubeletVersion: 'v1.32.9',
  releaseVersion: '1.32.9-20251209',
})
const bootstrap: Bootstrap = {
  cluster: {
    name: 'c1',
    endpoint: 'https://x',
    certificateAuthority: 'Zm9v',
    serviceCidr: '10.100.0.0/16',
  },
  labels: { team: 'web' },
  taints: [],
  kubelet: { maxPods: 58 },
}
const families = ['AmazonLinux2', 'AmazonLinux2023'] as const
const failureOf = (text: string, family: ImageState['family'], isCustom = true) =>
  joinFailureOf({ text, image: imageOf(family), isCustom, clusterName: 'c1' })

describe('a node of its own AMI', () => {
  it.each(families)('of %s joins by what is rendered for it', (family) => {
    expect(failureOf(renderUserData(family, bootstrap), family)).toBeUndefined()
    const more = { ...bootstrap, preBootstrapCommands: ['true'], caBundle: 'PEM' }
    expect(failureOf(renderUserData(family, more), family)).toBeUndefined()
  })

  it.each([
    ['AmazonLinux2', 'AmazonLinux2023', 'al2'],
    ['AmazonLinux2023', 'AmazonLinux2', 'al2023'],
    ['Bottlerocket', 'AmazonLinux2023', 'bottlerocket'],
    ['Bottlerocket', 'AmazonLinux2', 'bottlerocket'],
    ['Windows', 'AmazonLinux2023', 'windows'],
    ['Ubuntu', 'AmazonLinux2023', 'al2'],
  ] as const)('%s text on an image of %s never joins', (written, image, kind) => {
    expect(failureOf(renderUserData(written, bootstrap), image)).toBe(
      `the user data is for ${kind}, the image is ${image}`,
    )
  })

  it.each([
    ['endpoint', 'apiServerEndpoint'],
    ['certificateAuthority', 'certificateAuthority'],
    ['serviceCidr', 'cidr'],
  ] as const)('without %s never joins', (fact, name) => {
    const cluster = { ...bootstrap.cluster, [fact]: '' } as Bootstrap['cluster']
    const text = renderUserData('AmazonLinux2023', { ...bootstrap, cluster })
    expect(failureOf(text, 'AmazonLinux2023')).toBe(`the NodeConfig lacks ${name}`)
  })
})

describe('a kubelet that does not start', () => {
  it.each(families)('on %s, whoever names the AMI', (family) => {
    const kubelet = { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 75 }
    const text = renderUserData(family, { ...bootstrap, kubelet })
    expect(failureOf(text, family)).toMatch(/^kubelet refuses its configuration: imageGCLow/)
  })

  it('but an unknown field only is ignored', () => {
    const text = renderUserData('AmazonLinux2023', { ...bootstrap, kubelet: { maxPod: 1 } })
    expect(failureOf(text, 'AmazonLinux2023')).toBeUndefined()
  })
})

it('a merged document that calls bootstrap.sh runs it twice', () => {
  const text = renderUserData('AmazonLinux2', bootstrap)
  expect(failureOf(text, 'AmazonLinux2', false)).toBe('bootstrap.sh runs twice')
})
