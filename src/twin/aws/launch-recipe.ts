/** What machines come up as that no managed node group owns. Twin layer. */

import { parseUserData } from '../../nodes/user-data.ts'
import type { StringMap } from '../../world/kube-objects.ts'
import type { AwsAccount } from './account.ts'
import { type LaunchData, launchFactsOf } from './ec2/launch-data.ts'
import { joinFailureOf } from './eks/bootstrap-check.ts'
import type { ClusterState, LaunchFacts, MachineRecipe } from './state.ts'
import { instanceText } from './user-data-text.ts'

/** A launch as its caller describes it. */
export interface LaunchSpec {
  readonly imageId: string
  readonly instanceTypes: readonly string[]
  readonly capacityType: MachineRecipe['capacityType']
  /** The template's data or what a launch configuration says in its words. */
  readonly data: LaunchData
  /** Tags of the instances; `kubernetes.io/cluster/NAME` = owned names the cluster. */
  readonly tags: StringMap
  /** Of the launch template; `1` without one. */
  readonly templateVersion: string
}

/** The recipe, and the cluster that its machines try to join; empty for none. */
export function launchRecipeOf(
  account: AwsAccount,
  spec: LaunchSpec,
): { readonly recipe: MachineRecipe; readonly clusterName: string } {
  const image = account.images.get(spec.imageId)
  const launch = launchFactsOf(spec.data, image?.root)
  const text = instanceText(launch.userData)
  const cluster = clusterOf(account, { ...launch.tags, ...spec.tags }, text)
  const told = parseUserData(text)
  const failure =
    cluster === undefined
      ? undefined
      : (joinFailureOf({ text, image, isCustom: true, clusterName: cluster.name }) ??
        authFailureOf(account, cluster, launch))
  return {
    clusterName: cluster?.name ?? '',
    recipe: {
      instanceTypes: spec.instanceTypes,
      capacityType: spec.capacityType,
      amiFamily: image?.family ?? 'AmazonLinux2023',
      imageId: spec.imageId,
      kubeletVersion: image?.kubeletVersion ?? 'v0.0.0',
      labels: { ...told?.labels },
      taints: told?.taints ?? [],
      templateVersion: spec.templateVersion,
      launch,
      ...(failure === undefined ? {} : { joinFailure: failure }),
    },
  }
}

/** By tag, as the cloud controller finds it; else by what the user data names. */
function clusterOf(account: AwsAccount, tags: StringMap, text: string): ClusterState | undefined {
  const all = [...account.clusters.values()]
  const tagged = all.find((one) => tags[`kubernetes.io/cluster/${one.name}`] !== undefined)
  if (tagged !== undefined || parseUserData(text) === undefined) return tagged
  return all.find((one) => new RegExp(`(^|\\W)${one.name}(\\W|$)`).test(text))
}

/** A node joins as the role of its instance profile: by access entry or in aws-auth. */
function authFailureOf(
  account: AwsAccount,
  cluster: ClusterState,
  launch: LaunchFacts,
): string | undefined {
  const { instanceProfile } = launch
  if (instanceProfile === undefined) return 'the instance has no instance profile'
  const role = account.iam.profiles.get(instanceProfile)?.roleName
  if (role === undefined) return `instance profile ${instanceProfile} has no role`
  const arn = account.iam.roles.get(role)?.arn ?? ''
  if (cluster.accessEntries.has(arn)) return undefined
  const map = cluster.twin.store.get('ConfigMap', 'kube-system', 'aws-auth')
  if (map?.data?.mapRoles?.includes(arn) === true) return undefined
  return `Unauthorized: the cluster does not know ${arn}`
}
