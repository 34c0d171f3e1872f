/** A self-managed group of a world: its launch template, the group, the instances that stand. Twin layer. */

import { instanceType } from '../../nodes/instance-types.ts'
import type { AwsAccount } from '../aws/account.ts'
import { addGroup, placeInstances } from '../aws/autoscaling/build.ts'
import { addTemplate } from '../aws/ec2/launch-template.ts'
import type { TemplateState } from '../aws/ec2/state.ts'
import type { WorldCluster, WorldGroup } from './world-spec.ts'

/** Puts the group into the account; its machines are nodes of the cluster at once. */
export function addWorldGroup(account: AwsAccount, cluster: WorldCluster, spec: WorldGroup): void {
  const arch = instanceType(spec.instanceTypes[0] ?? '')?.arch ?? 'amd64'
  const image = account.images.newest(spec.amiFamily, arch, cluster.kubernetesVersion)
  const imageId = image?.id ?? 'ami-of-the-world'
  const subnetIds = [...account.subnets.values()]
    .filter((subnet) => spec.zones.includes(subnet.zone))
    .map((subnet) => subnet.id)
  const template =
    spec.launchKind === 'configuration' ? undefined : templateOf(account, spec, imageId)
  const group = addGroup(account, {
    name: spec.name,
    clusterName: cluster.name,
    subnetIds,
    launchKind: spec.launchKind,
    ...(template === undefined ? {} : { templateId: template.id, templateName: template.name }),
    recipe: {
      instanceTypes: spec.instanceTypes,
      capacityType: spec.capacityType,
      amiFamily: spec.amiFamily,
      imageId,
      kubeletVersion: image?.kubeletVersion ?? `v${cluster.kubernetesVersion}.0`,
      labels: spec.labels,
      taints: spec.taints,
      templateVersion: '1',
    },
    minSize: spec.minSize,
    maxSize: spec.maxSize,
    desiredCapacity: spec.desiredCapacity,
    tags: spec.tags,
    suspended: spec.suspendedProcesses,
  })
  group.isInstanceRefreshActive = spec.isInstanceRefreshActive ?? false
  placeInstances(account, group, spec.instances ?? [])
}

/**
 * The template that the group names, or one of its own: whoever describes the group looks it up by name, the
 * autoscaler among them, when no node stands. User data is not made up. Groups may share a template.
 */
function templateOf(account: AwsAccount, spec: WorldGroup, ImageId: string): TemplateState {
  const name = spec.templateName ?? ownTemplateName(spec.name)
  const known = [...account.templates.values()].find((one) => one.name === name)
  if (known !== undefined) return known
  // A mixed group says type and market itself.
  const own =
    spec.launchKind === 'mixed'
      ? {}
      : {
          InstanceType: spec.instanceTypes[0],
          ...(spec.capacityType === 'SPOT'
            ? { InstanceMarketOptions: { MarketType: 'spot' } }
            : {}),
        }
  return addTemplate(account, { name, data: { ImageId, ...own }, tags: {} })
}

/** Names of groups may be longer than those of templates, 128, and hold what those may not. */
function ownTemplateName(groupName: string): string {
  return `${groupName.replaceAll(/[^\w().\-/]/g, '-').slice(0, 119)}-template`
}
