/** Rules about node groups, their labels and sizes, both ways. */

import type { Taint } from '../../src/world/kube-objects.ts'
import { cluster, group, template } from '../check-facts.ts'
import type { RuleExample } from './example.ts'

const taint = (key: string, effect: Taint['effect'] = 'NoSchedule'): Taint => ({
  key,
  value: 'a',
  effect,
})

export const groupExamples: readonly RuleExample[] = [
  {
    rule: 'AMI-1',
    fires: group({ amiType: 'AL2023_x86_64_STANDARD', template: template({ ImageId: 'ami-1' }) }),
    quiet: group({ amiType: 'CUSTOM', template: template({ ImageId: 'ami-1' }) }),
    says: 'amiType AL2023_x86_64_STANDARD must not be sent',
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
]
