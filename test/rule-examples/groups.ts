/** Rules about node groups, their labels and sizes, both ways. */

import type { InputFacts } from '../../src/check/facts.ts'
import type { Taint } from '../../src/world/kube-objects.ts'
import { cluster, group, template } from '../check-facts.ts'
import type { RuleExample } from './example.ts'

const taint = (key: string, effect: Taint['effect'] = 'NoSchedule'): Taint => ({
  key,
  value: 'a',
  effect,
})

const eksParameter = '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard'

const gp3 = (ebs: object) => ({
  DeviceName: '/dev/xvda',
  Ebs: { VolumeSize: 20, VolumeType: 'gp3', ...ebs },
})

const planOf = (groupCount: number): InputFacts => ({
  kind: 'terraform-plan',
  clusters: [
    cluster(Array.from({ length: groupCount }, (_, index) => group({ name: `g${index}` }))),
  ],
  archivedSources: [],
  at: () => ({ file: 'plan.json', line: 1, column: 1 }),
})

export const groupExamples: readonly RuleExample[] = [
  {
    rule: 'AMI-1',
    fires: group({ amiType: 'AL2023_x86_64_STANDARD', template: template({ ImageId: 'ami-1' }) }),
    quiet: group({ amiType: 'CUSTOM', template: template({ ImageId: 'ami-1' }) }),
    says: 'amiType AL2023_x86_64_STANDARD must not be sent',
  },
  {
    rule: 'AMI-2',
    fires: group({ version: '1.34', template: template({ ImageId: 'ami-1' }) }),
    quiet: group({ version: '1.35' }),
    says: 'so version 1.34 must not be sent on create',
  },
  {
    rule: 'AMI-3',
    fires: group({ action: 'update', amiMode: 'custom', releaseVersion: '1.35.6-20260714' }),
    quiet: group({ action: 'update', amiMode: 'custom' }),
    says: 'update the template version, not releaseVersion',
  },
  {
    rule: 'AMI-4',
    fires: group({ amiType: 'AL2023_x86_64_STANDARD', instanceTypes: ['m7g.large'] }),
    quiet: group({ amiType: 'BOTTLEROCKET_ARM_64', instanceTypes: ['m7g.large'] }),
    says: 'Instance type m7g.large is arm64; amiType AL2023_x86_64_STANDARD is x86_64',
  },
  {
    rule: 'AMI-6',
    fires: group({ instanceTypes: ['m6i.lrage'] }),
    quiet: group({ instanceTypes: ['m6i.large'] }),
    says: 'm6i.lrage is not offered in any Region that we know (did you mean m6i.large?)',
  },
  {
    rule: 'AMI-7',
    fires: group({ amiType: 'AL2_x86_64', version: '1.33' }),
    quiet: group({ amiType: 'AL2_x86_64', version: '1.32' }),
    says: 'no EKS AL2 image for Kubernetes 1.33',
  },
  {
    rule: 'AMI-9',
    fires: group({ amiType: 'AL2023_x86_64_STANDARD', instanceTypes: ['g5.xlarge'] }),
    quiet: group({ amiType: 'AL2023_x86_64_NVIDIA', instanceTypes: ['g5.xlarge'] }),
    says: 'g5.xlarge has NVIDIA GPUs, but AL2023_x86_64_STANDARD has no driver',
  },
  {
    rule: 'AMI-11',
    fires: group({ releaseParameter: `${eksParameter}/recommended/release_version` }),
    quiet: group({ releaseParameter: `${eksParameter}/al2023-1.35.6/release_version` }),
    says: 'moves with every AMI release',
  },
  {
    rule: 'AMI-12',
    fires: group({ template: template({}, { imageParameter: `${eksParameter}/x/image_id` }) }),
    quiet: group({ template: template({}, { imageParameter: '/golden/eks/image' }) }),
    says: 'An AMI id is not needed',
  },
  {
    rule: 'AMI-13',
    fires: cluster([], { version: '1.30' }),
    quiet: cluster([], { version: '1.31' }),
    says: 'Kubernetes 1.30 left EKS on 2026-07-23',
  },
  {
    rule: 'AMI-14',
    fires: group({ template: template({ ImageId: 'resolve:ssm:/a/b' }) }),
    quiet: group({ template: template({ ImageId: 'ami-1' }) }),
    says: 'cannot resolve SSM',
  },
  {
    rule: 'SCL-1',
    fires: group({ scaling: { min: 2, desired: 1, max: 3 } }),
    quiet: group({ scaling: { min: 0, desired: 0, max: 3 } }),
    says: 'got 2/1/3',
  },
  {
    rule: 'SCL-2',
    fires: group({
      action: 'update',
      scaling: { min: 3, desired: 2, max: 5 },
      before: { scaling: { min: 1, desired: 2, max: 5 } },
    }),
    quiet: group({
      action: 'update',
      scaling: { min: 3, desired: 3, max: 5 },
      before: { scaling: { min: 1, desired: 2, max: 5 } },
    }),
    says: 'Raising minSize to 3 above the live desired size 2',
  },
  {
    rule: 'SCL-3',
    fires: group({
      action: 'update',
      scaling: { min: 1, desired: 2, max: 2 },
      before: { scaling: { min: 1, desired: 4, max: 5 } },
    }),
    quiet: group({
      action: 'update',
      scaling: { min: 1, desired: 4, max: 4 },
      before: { scaling: { min: 1, desired: 4, max: 5 } },
    }),
    says: 'Lowering maxSize to 2 below the live desired size 4',
  },
  {
    rule: 'SCL-4',
    fires: group({ updateConfig: { maxUnavailable: 1, maxUnavailablePercentage: 10 } }),
    quiet: group({ updateConfig: 'none' }),
    says: 'needs exactly one',
  },
  {
    rule: 'SCL-5',
    fires: group({ scaling: { min: 0, max: 3 }, updateConfig: { maxUnavailable: 4 } }),
    quiet: group({ scaling: { min: 0, max: 3 }, updateConfig: { maxUnavailable: 3 } }),
    says: 'maxUnavailable 4 is larger than maxSize 3',
  },
  {
    rule: 'SCL-6',
    fires: cluster(Array.from({ length: 31 }, () => group())),
    quiet: cluster(Array.from({ length: 30 }, () => group({ scaling: { min: 0, max: 450 } }))),
    says: '31 nodes or groups exceed the default quota (30)',
  },
  {
    rule: 'SPT-1',
    fires: group({ capacityType: 'SPOT', instanceTypes: ['m5.large', 'c5.large'] }),
    quiet: group({ capacityType: 'SPOT', instanceTypes: ['m5.large', 'm6i.large'] }),
    says: 'differ in memory',
  },
  {
    rule: 'SPT-2',
    fires: group({
      capacityType: 'SPOT',
      instanceTypes: [],
      template: template({ InstanceType: 'm5.large' }),
    }),
    quiet: group({ instanceTypes: [], template: template({ InstanceType: 'm5.large' }) }),
    says: 'single instance type from the launch template',
  },
  {
    rule: 'LBL-1',
    fires: group({ labels: { 'node-role.kubernetes.io/web': 'a' } }),
    quiet: group({ labels: { 'example.com/kubernetes.io': 'a' } }),
    says: 'Label node-role.kubernetes.io/web uses a reserved prefix',
  },
  {
    rule: 'LBL-2',
    fires: group({ labels: { team: '' } }),
    quiet: group({ taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }] }),
    says: 'Label team= is not valid: its value is empty',
  },
  {
    rule: 'LBL-3',
    fires: group({ taints: [taint('a'), taint('a')] }),
    quiet: group({ taints: [taint('a'), taint('a', 'NoExecute')] }),
    says: 'a:NoSchedule',
  },
  {
    rule: 'LBL-4',
    fires: cluster([group({ taints: [taint('a')] })]),
    quiet: cluster([
      group({ taints: [taint('a')] }),
      group({ taints: [taint('a', 'PreferNoSchedule')] }),
    ]),
    says: 'Every node group of shop is tainted',
  },
  {
    rule: 'VER-1',
    fires: group({ version: '1.34' }),
    quiet: group({ version: '1.35' }),
    says: 'version 1.34 is refused',
  },
  {
    rule: 'VER-2',
    fires: group({ action: 'update', version: '1.36' }),
    quiet: group({ action: 'update', version: '1.35' }),
    says: 'Node group version 1.36 is newer than the control plane 1.35',
  },
  {
    rule: 'VER-3',
    fires: group({ releaseVersion: '1.34.9-20260714' }),
    quiet: group({ releaseVersion: '1.35.6-20260714' }),
    says: 'Release 1.34.9-20260714 is for Kubernetes 1.34, not 1.35',
  },
  {
    rule: 'VER-4',
    fires: cluster([group({ before: { version: '1.33' } })], { versionBefore: '1.34' }),
    quiet: cluster([group({ before: { version: '1.34' } })], { versionBefore: '1.34' }),
    says: 'Node groups web are behind the control plane; update them before going to 1.35',
  },
  {
    rule: 'VER-5',
    fires: cluster([], { versionBefore: '1.33' }),
    quiet: cluster([], { versionBefore: '1.34' }),
    says: '1.33 -> 1.35 needs 1.34, 1.35',
  },
  {
    rule: 'CB-1',
    fires: group({
      capacityType: 'CAPACITY_BLOCK',
      template: template({
        InstanceType: 'p5.48xlarge',
        InstanceMarketOptions: { MarketType: 'capacity-block' },
      }),
    }),
    quiet: group({
      capacityType: 'CAPACITY_BLOCK',
      template: template({
        InstanceType: 'p5.48xlarge',
        InstanceMarketOptions: { MarketType: 'capacity-block' },
        CapacityReservationSpecification: {
          CapacityReservationTarget: { CapacityReservationId: 'cr-1' },
        },
      }),
    }),
    says: 'lacks a reservation target in its launch template',
  },
  {
    rule: 'IAM-5',
    fires: planOf(21),
    quiet: planOf(20),
    says: 'Creating 21 groups at once',
  },
  {
    rule: 'NAM-1',
    fires: group({ name: 'web.one' }),
    quiet: group({ name: `web_${'x'.repeat(59)}` }),
    says: 'Node group name web.one is not made of letters',
  },
  {
    rule: 'NAM-2',
    fires: group({ isNamedByIndex: true }),
    quiet: group({ isNamedByIndex: false }),
    says: 'position in the subnet list',
  },
  {
    rule: 'NAM-3',
    fires: group({ isCreatedFirst: true, before: { name: 'web' } }),
    quiet: group({ isCreatedFirst: true, before: { name: 'web-1' } }),
    says: 'must create web while it still exists',
  },
  {
    rule: 'SEED-14',
    fires: group({ template: template({ BlockDeviceMappings: [gp3({ Iops: 3000 })] }) }),
    quiet: group({
      template: template({ BlockDeviceMappings: [gp3({ Iops: 3000, Encrypted: true })] }),
    }),
    says: 'gp3 iops 3000 is the default',
  },
  {
    rule: 'SEED-15',
    fires: { ...planOf(1), archivedSources: ['data.template_file.user_data'] },
    quiet: planOf(1),
    says: 'template_file',
  },
  {
    rule: 'SEED-17',
    fires: group({ updateConfig: 'none' }),
    quiet: group({ updateConfig: { maxUnavailable: 1 } }),
    says: 'one node at a time',
  },
]
