/** What machines of a node group come up as: EKS's copy of the template. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { parseUserData } from '../../../nodes/user-data.ts'
import type { Taint } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { type LaunchData, launchFactsOf } from '../ec2/launch-data.ts'
import type { ImageState } from '../ec2/state.ts'
import { imageKindOf } from '../images.ts'
import type { MachineRecipe, NodeGroupState } from '../state.ts'
import { instanceText } from '../user-data-text.ts'
import { joinFailureOf } from './bootstrap-check.ts'
import { templateData } from './node-group-rules.ts'

/** The members of a node group that its machines are made of. */
export type RecipeSource = Pick<
  NodeGroupState,
  | 'amiType'
  | 'capacityType'
  | 'clusterName'
  | 'diskSize'
  | 'instanceTypes'
  | 'labels'
  | 'launchTemplate'
  | 'name'
  | 'releaseVersion'
  | 'taints'
  | 'version'
>

/** The image: the template's own, else the release (newest if empty) of the group's amiType. */
export function imageOf(account: AwsAccount, source: RecipeSource): ImageState | undefined {
  const own = templateOf(account, source)?.ImageId
  if (typeof own === 'string') return account.images.get(own)
  const kind = imageKindOf(source.amiType)
  if (kind === undefined) return undefined
  return source.releaseVersion === ''
    ? account.images.newestOf(kind, source.version)
    : account.images.ofRelease(kind, source.releaseVersion)
}

function templateOf(
  account: AwsAccount,
  { launchTemplate }: RecipeSource,
): Readonly<Record<string, unknown>> | undefined {
  if (launchTemplate === undefined) return undefined
  const spec: Sdk.LaunchTemplateSpecification = {
    id: launchTemplate.id,
    version: launchTemplate.version,
  }
  return templateData(account, spec)?.data
}

/** The effect of version `templateVersion` of EKS's own template. */
export function recipeOf(
  account: AwsAccount,
  source: RecipeSource,
  templateVersion: string,
): MachineRecipe {
  const image = imageOf(account, source)
  const template = templateOf(account, source)
  const text = userDataOf(template)
  const told = parseUserData(text)
  const typeInTemplate = template?.InstanceType
  const isCustom = template?.ImageId !== undefined
  const joinFailure = joinFailureOf({ text, image, isCustom, clusterName: source.clusterName })
  return {
    instanceTypes: typeof typeInTemplate === 'string' ? [typeInTemplate] : source.instanceTypes,
    capacityType: source.capacityType,
    amiFamily: image?.family ?? 'AmazonLinux2023',
    imageId: image?.id ?? 'ami-unknown',
    kubeletVersion: image?.kubeletVersion ?? `v${source.version}.0`,
    labels: { ...told?.labels, ...source.labels, ...eksLabels(source, image) },
    taints: withoutTwins([...(told?.taints ?? []), ...source.taints.map(kubeTaint)]),
    templateVersion,
    launch: launchFactsOf({
      ...(template as LaunchData | undefined),
      ...(source.diskSize === undefined ? {} : diskOf(source.diskSize)),
    }),
    ...(joinFailure === undefined ? {} : { joinFailure }),
  }
}

/** The root volume of a group without a template. */
function diskOf(VolumeSize: number): LaunchData {
  return { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize } }] }
}

/** The template's user data as text; empty without any. */
function userDataOf(template: Readonly<Record<string, unknown>> | undefined): string {
  return instanceText(template?.UserData)
}

function eksLabels(source: RecipeSource, image: ImageState | undefined): Record<string, string> {
  const { launchTemplate } = source
  return {
    'eks.amazonaws.com/nodegroup': source.name,
    'eks.amazonaws.com/nodegroup-image': image?.id ?? '',
    'eks.amazonaws.com/capacityType': source.capacityType,
    ...(launchTemplate === undefined
      ? {}
      : {
          'eks.amazonaws.com/sourceLaunchTemplateId': launchTemplate.id,
          'eks.amazonaws.com/sourceLaunchTemplateVersion': launchTemplate.version,
        }),
  }
}

const effects: Readonly<Record<string, Taint['effect']>> = {
  NO_EXECUTE: 'NoExecute',
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
}

/** API spelling to Kubernetes spelling. */
export function kubeTaint({ effect, key, value }: NodeGroupState['taints'][number]): Taint {
  return { key, value: value ?? '', effect: effects[effect] ?? 'NoSchedule' }
}

/** Key and effect identify a taint; the later one, EKS's, wins. */
function withoutTwins(taints: readonly Taint[]): readonly Taint[] {
  const byIdentity = new Map(taints.map((taint) => [`${taint.key}:${taint.effect}`, taint]))
  return [...byIdentity.values()]
}
