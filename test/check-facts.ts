/** Facts for tests of rules: a sound group, and what a test changes of it. */

import type { ClusterFacts, GroupFacts, TemplateFacts } from '../src/check/facts.ts'
import { userDataFacts } from '../src/check/user-data-facts.ts'
import { launchTemplateOf } from '../src/nodes/launch-template.ts'

const soundData = launchTemplateOf({
  logicalName: 'sound',
  userData: '',
  volume: { size: 20, type: 'gp3', throughput: 125 },
  ebsOptimized: true,
  securityGroupIds: [],
  tags: { team: 'a' },
}).data

/** A template without faults; `data` is merged into its content, undefined removes. */
export function template(
  data: Readonly<Record<string, unknown>> = {},
  members: Partial<TemplateFacts> = {},
): TemplateFacts {
  return {
    name: 'lt',
    id: 'lt-1',
    version: '3',
    unknownFields: new Set(),
    data: { ...soundData, ...data },
    ...members,
  }
}

/** A group without faults. */
export function group(members: Partial<GroupFacts> = {}): GroupFacts {
  return {
    name: 'web',
    shownAs: 'shop/web',
    action: 'create',
    amiFamily: 'AmazonLinux2023',
    amiMode: 'eks',
    capacityType: 'ON_DEMAND',
    instanceTypes: ['m6i.large'],
    labels: { team: 'a' },
    taints: [],
    scaling: { min: 1, max: 3 },
    updateConfig: { maxUnavailable: 1 },
    template: template(),
    isUserDataKnown: true,
    at: () => ({ file: 'f.yaml', line: 1, column: 1 }),
    ...members,
  }
}

/** The group with no launch template at all. */
export function groupWithoutTemplate(members: Partial<GroupFacts>): GroupFacts {
  const { template: _, ...rest } = group(members)
  return rest
}

/** The group with this user data. */
export function withUserData(text: string, members: Partial<GroupFacts> = {}): GroupFacts {
  return group({ userData: userDataFacts(text), ...members })
}

/** A cluster of these groups. */
export function cluster(
  groups: readonly GroupFacts[],
  members: Partial<ClusterFacts> = {},
): ClusterFacts {
  return {
    name: 'shop',
    isComplete: true,
    version: '1.35',
    groups,
    at: () => ({ file: 'f.yaml', line: 1, column: 1 }),
    ...members,
  }
}
