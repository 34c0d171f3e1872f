/** `regroup explain --live` against a served twin: the SDK, its wire, and a group as EKS describes it. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AwsConnection, connectAws } from '../src/aws/port.ts'
import type { ExplainDiff } from '../src/cli/render/explain-diff.ts'
import type { EffectiveNode } from '../src/nodes/effective/effective-node.ts'
import { renderUserData } from '../src/nodes/user-data.ts'
import { seededRandom } from '../src/world/random.ts'
import { systemClock } from '../src/world/system-clock.ts'
import { regroup, type Said } from './program.ts'
import { type ServedStarter, servedStarter } from './served-starter.ts'

const clusterName = 'starter'
const nodeRole = 'arn:aws:iam::111122223333:role/starter-worker-nodes'
const release = '1.32.13-20260610'
const bootstrap = {
  cluster: undefined,
  labels: {},
  taints: [],
  kubelet: { imageGCHighThresholdPercent: 75, imageGCLowThresholdPercent: 50 },
}

let starter: ServedStarter
let aws: AwsConnection
let subnetIds: string[]

/** The group of `web` in a file, with other thresholds and one more label. */
function fleetText(): string {
  return `apiVersion: regroup.dev/v1alpha1
kind: Fleet
metadata: { name: starter }
nodeGroups:
  - name: web
    availabilityZone: eu-west-1a
    capacityType: SPOT
    arch: arm64
    instanceTypes: [m6g.2xlarge]
    nodeRole: ${nodeRole}
    labels: { lifecycle: spot, zone: $(az) }
    kubelet: { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50 }
clusters:
  - { names: [${clusterName}], region: eu-west-1, kubernetesVersion: "1.32" }
`
}

async function makeGroup(name: string, data: Readonly<Record<string, unknown>>): Promise<void> {
  const { LaunchTemplate } = await aws.api.ec2.createLaunchTemplate({
    LaunchTemplateName: name,
    LaunchTemplateData: data,
  })
  const isCustom = data.ImageId !== undefined
  await aws.api.eks.createNodegroup({
    clusterName,
    nodegroupName: name,
    nodeRole,
    subnets: subnetIds.slice(0, 1),
    ...(isCustom ? {} : { amiType: 'AL2023_ARM_64_STANDARD', releaseVersion: release }),
    capacityType: 'SPOT',
    instanceTypes: ['m6g.2xlarge'],
    scalingConfig: { minSize: 0, maxSize: 3, desiredSize: 0 },
    labels: { lifecycle: 'spot' },
    taints: [{ key: 'arch', value: 'arm64', effect: 'NO_SCHEDULE' }],
    launchTemplate: { id: LaunchTemplate?.LaunchTemplateId ?? '', version: '1' },
  })
}

beforeAll(async () => {
  starter = await servedStarter()
  writeFileSync(join(starter.folder, 'web.yaml'), fleetText())
  aws = connectAws({ region: 'eu-west-1', clock: systemClock(), random: seededRandom('live') })
  const { Subnets } = await aws.api.ec2.describeSubnets({})
  subnetIds = (Subnets ?? [])
    .filter(({ AvailabilityZone }) => AvailabilityZone === 'eu-west-1a')
    .flatMap(({ SubnetId }) => SubnetId ?? [])
  const text = renderUserData('AmazonLinux2023', bootstrap)
  await makeGroup('web', { UserData: Buffer.from(text).toString('base64') })
  const own = renderUserData('AmazonLinux2023', {
    ...bootstrap,
    labels: { team: 'web' },
    cluster: {
      name: clusterName,
      endpoint: 'https://1.eks.amazonaws.com',
      certificateAuthority: 'Q0E=',
      serviceCidr: '10.100.0.0/16',
    },
  })
  const parameter = '/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/arm64/standard'
  const { Parameter } = await aws.api.ssm.getParameter({
    Name: `${parameter}/recommended/image_id`,
  })
  await makeGroup('own', {
    ImageId: Parameter?.Value,
    UserData: gzipSync(own).toString('base64'),
  })
})

afterAll(async () => {
  await aws.close()
  await starter.stop()
})

function explain(...args: readonly string[]): Promise<Said> {
  return regroup('explain', ...args)
}

describe('explain --live', () => {
  it('reads group, template, user data, cluster and SSM', async () => {
    const { code, err, out } = await explain(
      'starter/web',
      '--live',
      '--region',
      'eu-west-1',
      '-o',
      'json',
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const node = JSON.parse(out) as EffectiveNode
    expect(node.mode).toBe('merged')
    expect(node.userData.isEstimate).toBe(false)
    expect(node.userData.text).not.toContain('<endpoint')
    expect(node.ami).toMatchObject({
      amiType: 'AL2023_ARM_64_STANDARD',
      releaseVersion: release,
      age: { newest: { releaseVersion: '1.32.13-20260714' }, behindCount: 3, behindDays: 34 },
    })
    expect(node.ami).not.toHaveProperty('tableAsOf')
    const high = node.kubelet.config.find(({ field }) => field === 'imageGCHighThresholdPercent')
    expect(high).toMatchObject({ value: 75, origin: { by: 'launch template' } })
    expect(high?.origin.place).toMatch(/^lt-\w+ version 1$/)
    const zone = node.labels.find(({ key }) => key === 'topology.kubernetes.io/zone')
    expect(zone?.value).toBe('eu-west-1a')
  })

  it('unpacks the user data of a template that names its image', async () => {
    const { out } = await explain('starter/own', '--live', '--region', 'eu-west-1', '-o', 'json')
    const node = JSON.parse(out) as EffectiveNode
    expect(node.mode).toBe('own')
    expect(node.ami).toMatchObject({ amiType: 'CUSTOM', family: 'AmazonLinux2023' })
    expect(node.labels.find(({ key }) => key === 'team')?.isAtRegistration).toBe(true)
    expect(node.taints[0]?.isAtRegistration).toBe(false)
    expect(node.autoscaler.errors.join()).toContain('label team=web')
  })

  it('compares the file with what there is; what only AWS knows makes no difference', async () => {
    const file = join(starter.folder, 'web.yaml')
    const args = ['starter/web', '-f', file, '--diff', '--live', '-o', 'json']
    const { code, err, out } = await explain(...args)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const diff = JSON.parse(out) as ExplainDiff
    expect(diff.differences.map(({ path }) => path).sort()).toEqual(
      [
        'ami.releaseVersion',
        'autoscaler.labels.zone',
        'autoscaler.taints.arch:NoSchedule',
        'kubelet.config.imageGCHighThresholdPercent',
        'kubelet.flags.--node-labels',
        'kubelet.flags.--register-with-taints',
        'labels.eks.amazonaws.com/nodegroup-image',
        'labels.zone',
        'taints.arch:NoSchedule',
        'userData.bytes',
      ].sort(),
    )
    expect(diff.differences.find(({ path }) => path === 'labels.zone')).toMatchObject({
      from: 'eu-west-1a',
    })
    expect(diff.change.need).toBe('new-version')
    expect(diff.change.replacementName).toBeUndefined()
  })

  it('compares what there is with a change of it', async () => {
    const change = 'releaseVersion=1.32.13-20260714'
    const args = ['starter/web', '--live', '--region', 'eu-west-1', '--diff', change]
    const { out } = await explain(...args)
    expect(out).toContain('--- live\n+++ live with releaseVersion=1.32.13-20260714\n')
    expect(out).toContain('a new version: EKS rolls the nodes')
  })

  it.each([
    [['starter/wbe', '--live', '--region', 'eu-west-1'], 3, 'Did you mean web? It has own, web.'],
    [['web', '--live', '--region', 'eu-west-1'], 64, 'Give CLUSTER/GROUP'],
    [['starter/web', '--live'], 64, 'Give --region'],
  ])('%j ends with %i', async (args, code, text) => {
    const said = await explain(...args)
    expect(said.code).toBe(code)
    expect(said.err).toContain(text)
  })

  it('sends nothing that changes something', () => {
    const calls = starter.running.host.twin.kernel.journal.entries('call').map(({ what }) => what)
    const writes = calls.filter((what) => !/^\w+:(?:Describe|Get|List)/.test(what))
    expect(writes.filter((what) => !/CreateLaunchTemplate|CreateNodegroup/.test(what))).toEqual([])
  })
})
