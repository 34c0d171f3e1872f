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
  const isWanted = owners.length === 0 || owners.includes('amazon') || owners.includes(amazonOwner)
  const found = (isWanted ? all : []).filter((image) => {
    const { Architecture, Name } = imageView(image)
    return matchesFilters(
      input.Filters,
      {},
      {
        architecture: Architecture,
        'image-id': image.id,
        'image-type': 'machine',
        'is-public': true,
        name: Name,
        'owner-alias': 'amazon',
        'owner-id': amazonOwner,
        'root-device-type': 'ebs',
        state: 'available',
        'virtualization-type': 'hvm',
      },
    )
  })
  const size = input.MaxResults ?? pageMax
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return { Images: page.map(imageView), ...(next === undefined ? {} : { NextToken: next }) }
}

function requireImage(account: AwsAccount, id: string): ImageState {
  const found = account.images.get(id)
  if (found !== undefined) return found
  throw awsError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`)
}

/** Images of Amazon Linux itself carry no date in the twin. */
const plainDate = '2026-07-01T00:00:00.000Z'

/** Names follow Amazon's: family, architecture, minor, date of the release. */
function imageView(image: ImageState): Sdk.Image {
  const Architecture = image.arch === 'arm64' ? 'arm64' : 'x86_64'
  const date = image.releaseVersion.split('-').at(-1) ?? ''
  const minor = image.kubernetesVersion
  const isPlain = minor === ''
  const Name = isPlain
    ? image.releaseVersion
    : image.family === 'AmazonLinux2023'
      ? `amazon-eks-node-al2023-${Architecture}-standard-${minor}-v${date}`
      : `amazon-eks-${image.arch === 'arm64' ? 'arm64-' : ''}node-${minor}-v${date}`
  return {
    ImageId: image.id,
    Name,
    Architecture,
    CreationDate: isPlain
      ? plainDate
      : `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T00:00:00.000Z`,
    EnaSupport: true,
    Hypervisor: 'xen',
    ImageLocation: `amazon/${Name}`,
    ImageOwnerAlias: 'amazon',
    ImageType: 'machine',
    OwnerId: amazonOwner,
    Public: true,
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
