/** What EKS refuses at once about a node group (managed-node-groups 3.4). Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { instanceType } from '../../../nodes/instance-types.ts'
import { templateFaults } from '../../../nodes/template-faults.ts'
import { isFailure } from '../../../world/failure.ts'
import type { AwsAccount } from '../account.ts'
import { findTemplate, requireVersion } from '../ec2/launch-template-find.ts'
import { awsError } from '../errors.ts'
import { imageKindOf } from '../images.ts'
import type { ClusterState } from '../state.ts'

type Data = Readonly<Record<string, unknown>>

/** The template's content that the request names; undefined without one. */
export function templateData(
  account: AwsAccount,
  spec: Sdk.LaunchTemplateSpecification | undefined,
): { id: string; name: string; version: number; data: Data } | undefined {
  if (spec === undefined) return undefined
  if ((spec.id === undefined) === (spec.name === undefined)) {
    throw parameter('Either provide launch template ID or launch template name in the request.')
  }
  try {
    const template = findTemplate(account, spec.id, spec.name)
    const { data, version } = requireVersion(template, spec.version)
    return { id: template.id, name: template.name, version, data }
  } catch (error) {
    // EKS looks the template up with EC2 and answers EC2's text under its own code.
    throw isFailure(error) ? parameter(error.message) : error
  }
}

/**
 * @throws RegroupError InvalidParameterException, InvalidRequestException or
 * ResourceInUseException.
 */
export function checkCreation(
  account: AwsAccount,
  cluster: ClusterState,
  input: Sdk.CreateNodegroupRequest,
): void {
  checkName(account, cluster, input)
  const template = templateData(account, input.launchTemplate)
  if (template !== undefined) checkTemplate(template.data, template.name, input)
  checkVersion(account, cluster, input)
  checkScaling(input.scalingConfig)
  checkUpdateConfig(input.updateConfig)
  checkLabels(input.labels ?? {})
  checkTaints(input.taints ?? [])
  checkTypes(input, template?.data ?? {})
  checkNodeRole(account, input.nodeRole ?? '')
  if ((input.subnets ?? []).length === 0) throw parameter('subnets cannot be empty')
  for (const subnetId of input.subnets ?? []) {
    if (!account.subnets.has(subnetId))
      throw parameter(`The subnet ID '${subnetId}' does not exist`)
  }
}

function parameter(message: string): Error {
  return awsError('InvalidParameterException', message)
}

/** IAM-1: the role must exist and trust EC2. */
function checkNodeRole(account: AwsAccount, arn: string): void {
  const name = arn.split('/').at(-1) ?? ''
  const role = account.iam.roles.get(name)
  if (role === undefined || role.arn !== arn) {
    throw parameter(`The role with name ${name} cannot be found.`)
  }
  if (!/ec2\.amazonaws\.com/.test(role.trustPolicy)) {
    throw parameter(
      `Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole ${arn}`,
    )
  }
}

function checkName(
  account: AwsAccount,
  cluster: ClusterState,
  input: Sdk.CreateNodegroupRequest,
): void {
  const name = input.nodegroupName ?? ''
  if (cluster.status === 'CREATING' || cluster.status === 'DELETING') {
    throw awsError('InvalidRequestException', `Cluster '${cluster.name}' is not in ACTIVE status`)
  }
  if (account.nodeGroups.has(`${cluster.name}/${name}`)) {
    const text = `NodeGroup already exists with name ${name} and cluster name ${cluster.name}`
    throw awsError('ResourceInUseException', text)
  }
  if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$/.test(name)) {
    throw parameter(
      'The nodegroup name can contain at most 63 characters, letters, digits, - and _',
    )
  }
}

/** The rules of the nodes room; texts of LT-2 and LT-3 are not published, LT-13 is EC2's. */
function checkTemplate(data: Data, name: string, input: Sdk.CreateNodegroupRequest): void {
  const { amiType, capacityType, diskSize, instanceTypes, releaseVersion, version } = input
  const faults = templateFaults(data, {
    templateName: name,
    hasRemoteAccess: input.remoteAccess !== undefined,
    ...(amiType === undefined ? {} : { amiType }),
    ...(capacityType === 'CAPACITY_BLOCK' ? { capacityType } : {}),
    ...(diskSize === undefined ? {} : { diskSize }),
    ...(instanceTypes === undefined ? {} : { instanceTypes }),
    ...(version === undefined ? {} : { version }),
    ...(releaseVersion === undefined ? {} : { releaseVersion }),
  })
  const refusal = faults.find(({ aws }) => aws !== undefined)?.aws
  if (refusal !== undefined) throw awsError(refusal.code, refusal.text)
}

function checkVersion(
  account: AwsAccount,
  cluster: ClusterState,
  input: Sdk.CreateNodegroupRequest,
): void {
  if (input.version !== undefined && input.version !== cluster.version) {
    throw parameter(
      `Nodegroup Kubernetes version should be equal to Cluster kubernetes version ${cluster.version}`,
    )
  }
  const release = input.releaseVersion
  if (release !== undefined && !release.startsWith(`${cluster.version}.`)) {
    throw parameter(
      `Requested release version ${release} is not valid for kubernetes version ${cluster.version}.`,
    )
  }
  const isPublished = release === undefined || isReleaseOf(account, input.amiType, release)
  if (!isPublished) throw parameter(`Requested release version ${release} does not exist.`)
  const minor = Number(cluster.version.slice(2))
  if (input.amiType?.startsWith('AL2_') && minor >= 33) {
    throw parameter(
      `AMI Type ${input.amiType} is only supported for kubernetes versions 1.32 or earlier`,
    )
  }
}

/** The amiType of a request without one (clusters from 1.30 on). */
const defaultAmiType = 'AL2023_x86_64_STANDARD'

function isReleaseOf(account: AwsAccount, amiType: string | undefined, release: string): boolean {
  const kind = imageKindOf(amiType ?? defaultAmiType)
  return kind !== undefined && account.images.ofRelease(kind, release) !== undefined
}

function checkScaling(scaling: Sdk.NodegroupScalingConfig | undefined): void {
  const { desiredSize = 2, maxSize = 2, minSize = 1 } = scaling ?? {}
  if (minSize < 0 || maxSize < 1) throw parameter('minSize is at least 0, maxSize at least 1')
  if (minSize > desiredSize) throw parameter("minSize can't be greater than desiredSize")
  if (desiredSize > maxSize) throw parameter("desiredSize can't be greater than maxSize")
}

/** @throws RegroupError InvalidParameterException: exactly one of the two, 1..100 (SCL-4). */
export function checkUpdateConfig(config: Sdk.NodegroupUpdateConfig | undefined): void {
  if (config === undefined) return
  const { maxUnavailable, maxUnavailablePercentage } = config
  const value = maxUnavailable ?? maxUnavailablePercentage
  const isBoth = maxUnavailable !== undefined && maxUnavailablePercentage !== undefined
  const isOutside = value !== undefined && (value < 1 || value > 100)
  const isNeither = value === undefined && config.updateStrategy === undefined
  if (isBoth || isOutside || isNeither) {
    throw parameter('Specify one of maxUnavailable and maxUnavailablePercentage, from 1 to 100.')
  }
}

/** @throws RegroupError InvalidParameterException for more than 50 or equal ones (LBL-3). */
export function checkTaints(taints: readonly Sdk.Taint[]): void {
  const identities = new Set(taints.map((taint) => `${taint.key}:${taint.effect}`))
  if (taints.length > 50) throw parameter('A node group can have at most 50 taints.')
  if (identities.size < taints.length) throw parameter('Taints must differ in key or effect.')
}

/**
 * @throws RegroupError InvalidParameterException for reserved prefixes and bad values (LBL-1,
 * LBL-2).
 */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    const prefix = key.includes('/') ? key.slice(0, key.indexOf('/')) : ''
    if (/(^|\.)(kubernetes\.io|k8s\.io|eks\.amazonaws\.com)$/.test(prefix)) {
      throw parameter(
        'Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]',
      )
    }
    if (!/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(value)) {
      throw parameter(
        `Invalid value: ${value}: field must consist of alphanumeric characters, '-', '_' or '.'`,
      )
    }
  }
}

function checkTypes(input: Sdk.CreateNodegroupRequest, template: Data): void {
  const isCustom = template.ImageId !== undefined
  const amiType = input.amiType ?? defaultAmiType
  const kind = imageKindOf(amiType)
  if (!isCustom && kind === undefined) throw parameter(`the twin has no images of ${amiType}`)
  for (const name of input.instanceTypes ?? []) {
    const type = instanceType(name)
    if (type === undefined) {
      throw parameter(`The following supplied instance types do not exist: [${name}]`)
    }
    if (!isCustom && type.arch !== kind?.arch) {
      throw parameter(`[${name}] is not a valid instance type for requested amiType ${amiType}`)
    }
  }
}
