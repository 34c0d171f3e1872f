/** What UpdateNodegroupVersion is to bring about: checked, not yet applied. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { imageKindOf } from '../images.ts'
import type { NodeGroupState } from '../state.ts'
import { templateData } from './node-group-rules.ts'

/** The members that an update sets when it succeeds. */
export type UpdateTarget = Pick<NodeGroupState, 'version' | 'releaseVersion' | 'launchTemplate'>

/**
 * Without `version` the group goes to the cluster's (one of two readings, managed-node-groups 1.6).
 * An older version than the group's is let through (8.3: sources disagree).
 * @throws RegroupError InvalidParameterException.
 */
export function targetOf(
  account: AwsAccount,
  nodeGroup: NodeGroupState,
  input: Sdk.UpdateNodegroupVersionRequest,
): UpdateTarget {
  const launchTemplate = templateTarget(account, nodeGroup, input)
  if (nodeGroup.amiType === 'CUSTOM') {
    checkCustom(input)
    const data = templateData(account, input.launchTemplate)?.data
    const releaseVersion = String(data?.ImageId ?? nodeGroup.releaseVersion)
    return { version: nodeGroup.version, releaseVersion, launchTemplate }
  }
  const clusterVersion = account.cluster(input.clusterName).version
  const version = input.version ?? clusterVersion
  if (Number(version.slice(2)) > Number(clusterVersion.slice(2))) {
    throw parameter('Nodegroup version is newer than the cluster version')
  }
  const kind = imageKindOf(nodeGroup.amiType)
  const newest = kind && account.images.newestOf(kind, version)?.releaseVersion
  const releaseVersion = input.releaseVersion ?? newest
  if (releaseVersion === undefined || !releaseVersion.startsWith(`${version}.`)) {
    throw parameter(
      `Requested release version ${releaseVersion} is not valid for kubernetes version ${version}.`,
    )
  }
  if (kind === undefined || account.images.ofRelease(kind, releaseVersion) === undefined) {
    throw parameter(`Requested release version ${releaseVersion} does not exist.`)
  }
  return { version, releaseVersion, launchTemplate }
}

function parameter(message: string): Error {
  return awsError('InvalidParameterException', message)
}

function checkCustom(input: Sdk.UpdateNodegroupVersionRequest): void {
  if (input.version !== undefined || input.releaseVersion !== undefined) {
    throw parameter('You cannot specify the field kubernetesVersion when using custom AMIs.')
  }
  if (input.launchTemplate === undefined) {
    throw parameter("Launch template details can't be null for Custom ami type node group")
  }
}

/**
 * The same template in another version; image or no image stays as it was (LT-9, LT-11; texts
 * unpublished).
 */
function templateTarget(
  account: AwsAccount,
  nodeGroup: NodeGroupState,
  input: Sdk.UpdateNodegroupVersionRequest,
): NodeGroupState['launchTemplate'] {
  const template = templateData(account, input.launchTemplate)
  const present = nodeGroup.launchTemplate
  if (template === undefined) return present
  if (present === undefined || template.id !== present.id) {
    throw parameter('The launch template of a node group cannot be replaced by another one.')
  }
  const hasImage = template.data.ImageId !== undefined
  if (hasImage !== (nodeGroup.amiType === 'CUSTOM')) {
    throw parameter('A launch template version cannot add or remove the image id of a node group.')
  }
  return { ...present, version: String(template.version) }
}
