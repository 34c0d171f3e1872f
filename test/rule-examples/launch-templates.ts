/** Rules about launch templates, both ways. */

import { cluster, group, groupWithoutTemplate, template } from '../check-facts.ts'
import type { RuleExample } from './example.ts'

const groupWith = (data: Readonly<Record<string, unknown>>) => group({ template: template(data) })

export const launchTemplateExamples: readonly RuleExample[] = [
  {
    rule: 'LT-1',
    fires: groupWith({ IamInstanceProfile: { Name: 'p' } }),
    quiet: groupWith({}),
    says: 'Launch template lt sets an IAM instance profile',
  },
  {
    rule: 'LT-2',
    fires: groupWith({ NetworkInterfaces: [{}, { SubnetId: 'subnet-1' }] }),
    quiet: groupWith({ NetworkInterfaces: [{ DeviceIndex: 0 }] }),
    says: 'in network interface 1',
  },
  {
    rule: 'LT-3',
    fires: groupWith({ HibernationOptions: { Configured: true } }),
    quiet: groupWith({ EnclaveOptions: { Enabled: true } }),
    says: 'sets HibernationOptions',
  },
  {
    rule: 'LT-4',
    fires: groupWith({ InstanceMarketOptions: { MarketType: 'spot' } }),
    quiet: group({
      capacityType: 'CAPACITY_BLOCK',
      template: template({ InstanceMarketOptions: { MarketType: 'capacity-block' } }),
    }),
    says: 'capacityType: SPOT',
  },
  {
    rule: 'LT-5',
    fires: groupWith({ InstanceType: 'm5.large' }),
    quiet: group({ instanceTypes: [], template: template({ InstanceType: 'm5.large' }) }),
    says: '(m5.large) and on the node group (m6i.large)',
  },
  {
    rule: 'LT-6',
    fires: group({ diskSize: 50, amiFamily: 'Windows' }),
    quiet: group(),
    says: 'diskSize 50 is set together with launch template lt; put the volume in BlockDeviceMappings (device /dev/sda1)',
  },
  {
    rule: 'LT-7',
    fires: group({ hasRemoteAccess: true }),
    quiet: group({ hasRemoteAccess: false }),
    says: 'remoteAccess is set together',
  },
  {
    rule: 'LT-8',
    fires: group({ template: template({}, { references: ['id', 'name'] }) }),
    quiet: group({ template: template({}, { references: ['name'] }) }),
    says: 'both given',
  },
  {
    rule: 'LT-9',
    fires: group({ action: 'update', before: { templateId: 'lt-0' } }),
    quiet: group({ action: 'replace', before: { templateId: 'lt-0' } }),
    says: 'created with launch template lt-0; it cannot move to lt-1',
  },
  {
    rule: 'LT-10',
    fires: groupWithoutTemplate({ name: 'own', action: 'update', amiType: 'CUSTOM' }),
    quiet: group({ action: 'update', amiType: 'CUSTOM' }),
    says: 'Node group own uses a custom AMI',
  },
  {
    rule: 'LT-11',
    fires: group({
      action: 'update',
      template: template({ ImageId: 'ami-1' }, { before: { version: '2', hasImage: false } }),
    }),
    quiet: group({
      action: 'update',
      template: template(
        { ImageId: undefined },
        { before: { version: '2', hasImage: true }, unknownFields: new Set(['ImageId']) },
      ),
    }),
    says: 'version 3 adds ImageId compared with 2',
  },
  {
    rule: 'LT-12',
    fires: group({ template: template({}, { version: '$Latest' }) }),
    quiet: group({ template: template({}, { version: '7' }) }),
    says: 'version $Latest is resolved',
  },
  {
    rule: 'LT-13',
    fires: groupWith({ NetworkInterfaces: [{}], SecurityGroupIds: ['sg-1'] }),
    quiet: groupWith({ NetworkInterfaces: [{ Groups: ['sg-1'] }] }),
    says: 'top-level security groups',
  },
  {
    rule: 'LT-14',
    fires: cluster([groupWith({ SecurityGroupIds: ['sg-1'] })], { securityGroupId: 'sg-9' }),
    quiet: cluster([groupWith({ SecurityGroupIds: ['sg-1', 'sg-9'] })], {
      securityGroupId: 'sg-9',
    }),
    says: 'without the cluster security group sg-9',
  },
  {
    rule: 'LT-18',
    fires: groupWith({ MetadataOptions: { HttpEndpoint: 'disabled' } }),
    quiet: groupWith({ MetadataOptions: { HttpEndpoint: 'enabled' } }),
    says: 'HttpEndpoint is disabled',
  },
  {
    rule: 'LT-19',
    fires: groupWith({ BlockDeviceMappings: [{ DeviceName: '/dev/sda1' }] }),
    quiet: groupWith({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda' }] }),
    says: '/dev/sda1 is not the root device of AmazonLinux2023 (/dev/xvda)',
  },
  {
    rule: 'LT-21',
    fires: groupWith({ TagSpecifications: undefined }),
    quiet: group({
      template: template(
        { TagSpecifications: undefined },
        { unknownFields: new Set(['TagSpecifications']) },
      ),
    }),
    says: 'No TagSpecifications',
  },
  {
    rule: 'LT-22',
    fires: groupWith({
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp2', Throughput: 300 } },
      ],
    }),
    quiet: groupWith({
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3', Throughput: 300 } },
      ],
    }),
    says: 'EC2 rejects launch template lt:3: gp2 takes no throughput',
  },
  {
    rule: 'LT-25',
    fires: groupWith({ SecurityGroupIds: ['sg-1'] }),
    quiet: cluster([groupWith({ SecurityGroupIds: ['sg-1'] })], { securityGroupId: 'sg-1' }),
    says: 'EKS does not add the cluster security group',
  },
  {
    rule: 'LT-26',
    fires: groupWith({ MetadataOptions: undefined }),
    quiet: groupWith({ MetadataOptions: { HttpTokens: 'required' } }),
    says: 'No metadata options',
  },
]
