/** Images and versions as an account sees them: SSM, DescribeImages, DescribeClusterVersions. Observe layer. */

import type { Image } from '@aws-sdk/client-ec2'
import { type AmiChoice, amiKindOf, amiParameters } from '../nodes/ami-parameters.ts'
import type { KubernetesSupport } from '../nodes/kubernetes-support.ts'
import type { AwsApi } from '../world/aws-api.ts'

/** GetParameters takes ten names. */
const namesPerCall = 10

/** What SSM recommends now. */
export interface RecommendedImage {
  readonly choice: AmiChoice
  readonly imageId: string | undefined
  /** Undefined: no such variant is published for the version. */
  readonly releaseVersion: string | undefined
}

/** One row per choice, in their order. A missing parameter is an answer, no failure. @throws RegroupError */
export async function readRecommended(
  aws: AwsApi,
  choices: readonly AmiChoice[],
): Promise<readonly RecommendedImage[]> {
  const named = choices.map((choice) => ({ choice, parameters: amiParameters(choice) }))
  const names = new Set(
    named.flatMap(({ parameters }) =>
      parameters === undefined
        ? []
        : [parameters.imageIdParameter, parameters.releaseVersionParameter],
    ),
  )
  const values = await readParameters(aws, [...names].sort())
  return named.map(({ choice, parameters }) => ({
    choice,
    imageId: values.get(parameters?.imageIdParameter ?? ''),
    releaseVersion: values.get(parameters?.releaseVersionParameter ?? ''),
  }))
}

/** Values by name; names that do not exist are not in it. @throws RegroupError */
export async function readParameters(
  aws: AwsApi,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  for (let start = 0; start < names.length; start += namesPerCall) {
    const { Parameters } = await aws.ssm.getParameters({
      Names: names.slice(start, start + namesPerCall),
    })
    for (const { Name, Value } of Parameters ?? []) {
      if (Name !== undefined && Value !== undefined) values.set(Name, Value)
    }
  }
  return values
}

/** Every version that EKS offers, newest first. @throws RegroupError */
export async function readVersions(aws: AwsApi): Promise<readonly KubernetesSupport[]> {
  const { clusterVersions } = await aws.eks.describeClusterVersions({})
  return (clusterVersions ?? [])
    .map((one) => ({
      version: one.clusterVersion ?? '',
      releaseDate: dayOf(one.releaseDate),
      endOfStandardSupport: dayOf(one.endOfStandardSupportDate),
      endOfExtendedSupport: dayOf(one.endOfExtendedSupportDate),
      isVerified: true,
    }))
    .sort((a, b) => Number(b.version.slice(2)) - Number(a.version.slice(2)))
}

/** The image of a node group that exists. */
export interface GroupImage {
  readonly nodeGroupName: string
  readonly kubernetesVersion: string
  /** Undefined for an image of the team's own. */
  readonly choice: AmiChoice | undefined
  /** A release, or the id of the team's own image. */
  readonly releaseVersion: string
}

/** One DescribeNodegroup per group, in the order of ListNodegroups. @throws RegroupError */
export async function readGroupImages(
  aws: AwsApi,
  clusterName: string,
): Promise<readonly GroupImage[]> {
  const { nodegroups } = await aws.eks.listNodegroups({ clusterName })
  const images: GroupImage[] = []
  for (const nodegroupName of nodegroups ?? []) {
    const { nodegroup } = await aws.eks.describeNodegroup({ clusterName, nodegroupName })
    const kubernetesVersion = nodegroup?.version ?? ''
    const kind = amiKindOf(nodegroup?.amiType ?? '')
    images.push({
      nodeGroupName: nodegroupName,
      kubernetesVersion,
      choice: kind === undefined ? undefined : { ...kind, kubernetesVersion },
      releaseVersion: nodegroup?.releaseVersion ?? '',
    })
  }
  return images
}

function dayOf(date: Date | undefined): string | undefined {
  return date?.toISOString().slice(0, 10)
}

/** An image by id, or of the account by name. */
export interface OwnImage {
  readonly imageId: string
  readonly name: string
  readonly arch: 'amd64' | 'arm64'
  /** Day of its creation, `YYYY-MM-DD`; empty when EC2 says none. */
  readonly created: string
  readonly state: string
  /** Day from which EC2 hides it; undefined without. */
  readonly deprecated: string | undefined
  readonly ownerId: string
}

/**
 * Newest first. An id of any owner, or a name with `*` and `?` of the account's own images.
 * @throws RegroupError `not-found` for an id that the account cannot see.
 */
export async function readOwnImages(aws: AwsApi, idOrName: string): Promise<readonly OwnImage[]> {
  const isId = /^ami-[0-9a-f]+$/.test(idOrName)
  const { Images } = await aws.ec2.describeImages(
    isId
      ? { ImageIds: [idOrName] }
      : { Owners: ['self'], Filters: [{ Name: 'name', Values: [idOrName] }] },
  )
  return (Images ?? []).map(ownImage).sort((a, b) => (a.created < b.created ? 1 : -1))
}

function ownImage(image: Image): OwnImage {
  return {
    imageId: image.ImageId ?? '',
    name: image.Name ?? '',
    arch: image.Architecture === 'arm64' ? 'arm64' : 'amd64',
    created: image.CreationDate?.slice(0, 10) ?? '',
    state: image.State ?? '',
    deprecated: image.DeprecationTime?.slice(0, 10),
    ownerId: image.OwnerId ?? '',
  }
}
