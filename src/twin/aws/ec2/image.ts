/** Images: the published EKS ones and those that a world adds. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { matchesFilters } from './filters.ts'
import type { ImageState } from './state.ts'

/** Amazon's own account for EKS images. */
const amazonOwner = '602401143452'
const pageMax = 1000

function describeImages(
  account: AwsAccount,
  input: Sdk.DescribeImagesRequest,
): Sdk.DescribeImagesResult {
  const ids = input.ImageIds ?? []
  const all = ids.length > 0 ? ids.map((id) => requireImage(account, id)) : account.images.all()
  const owners = input.Owners ?? []
  const isOf = (image: ImageState): boolean =>
    owners.length === 0 || owners.some((one) => ownersOf(account, image).includes(one))
  const found = all.filter(isOf).filter((image) => {
    const { Architecture, Name, OwnerId, Public } = imageView(account, image)
    return matchesFilters(
      input.Filters,
      {},
      {
        architecture: Architecture,
        'image-id': image.id,
        'image-type': 'machine',
        'is-public': Public,
        name: Name,
        'owner-alias': image.ownName === undefined ? 'amazon' : undefined,
        'owner-id': OwnerId,
        'root-device-type': 'ebs',
        state: 'available',
        'virtualization-type': 'hvm',
      },
    )
  })
  const size = input.MaxResults ?? pageMax
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    Images: page.map((image) => imageView(account, image)),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function requireImage(account: AwsAccount, id: string): ImageState {
  const found = account.images.get(id)
  if (found !== undefined) return found
  throw awsError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`)
}

/** Words that DescribeImages takes for the owner of an image. */
function ownersOf(account: AwsAccount, { ownName }: ImageState): readonly string[] {
  return ownName === undefined ? ['amazon', amazonOwner] : ['self', account.accountId]
}

/** Images of Amazon Linux itself carry no date in the twin. */
const plainDate = '2026-07-01T00:00:00.000Z'

/** Names follow Amazon's: family, architecture, minor, date of the release. */
function imageView(account: AwsAccount, image: ImageState): Sdk.Image {
  const Architecture = image.arch === 'arm64' ? 'arm64' : 'x86_64'
  const date = image.releaseVersion.split('-').at(-1) ?? ''
  const minor = image.kubernetesVersion
  const isPlain = minor === ''
  const amazonName = isPlain
    ? image.releaseVersion
    : image.family === 'AmazonLinux2023'
      ? `amazon-eks-node-al2023-${Architecture}-standard-${minor}-v${date}`
      : `amazon-eks-${image.arch === 'arm64' ? 'arm64-' : ''}node-${minor}-v${date}`
  const isOwn = image.ownName !== undefined
  const Name = image.ownName ?? amazonName
  return {
    ImageId: image.id,
    Name,
    Architecture,
    CreationDate: isPlain
      ? plainDate
      : `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T00:00:00.000Z`,
    EnaSupport: true,
    Hypervisor: 'xen',
    ImageLocation: `${isOwn ? account.accountId : 'amazon'}/${Name}`,
    ...(isOwn ? {} : { ImageOwnerAlias: 'amazon' }),
    ImageType: 'machine',
    OwnerId: isOwn ? account.accountId : amazonOwner,
    Public: !isOwn,
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    SriovNetSupport: 'simple',
    State: 'available',
    VirtualizationType: 'hvm',
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          DeleteOnTermination: true,
          Encrypted: false,
          VolumeSize: image.root?.sizeGiB ?? 20,
          VolumeType: image.root?.volumeType ?? 'gp3',
        },
      },
    ],
  }
}

/** Operations on images. */
export const imageOperations = { describeImages }
