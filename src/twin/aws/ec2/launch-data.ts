/** What a launch template's data, or a launch call, gives to an instance. Twin layer, pure. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { LaunchFacts } from '../state.ts'
import type { ImageState } from './state.ts'
import { tagsFor } from './tags.ts'

/** Size of a root volume that nothing says anything of: that of the EKS images. */
const rootGiB = 20
const rootDevice = '/dev/xvda'

/** The members of a template's data that launches look at. */
export type LaunchData = Pick<
  Sdk.RequestLaunchTemplateData,
  | 'BlockDeviceMappings'
  | 'IamInstanceProfile'
  | 'KeyName'
  | 'NetworkInterfaces'
  | 'SecurityGroupIds'
  | 'TagSpecifications'
  | 'UserData'
>

/**
 * Volumes, security groups, tags. The root device of every image is /dev/xvda: a mapping of another
 * name adds a volume and leaves the root as the image has it.
 */
export function launchFactsOf(data: LaunchData, imageRoot?: ImageState['root']): LaunchFacts {
  const mapped = (data.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
    Ebs === undefined
      ? []
      : [
          {
            deviceName: DeviceName ?? rootDevice,
            sizeGiB: Ebs.VolumeSize ?? rootGiB,
            volumeType: Ebs.VolumeType ?? 'gp3',
            isEncrypted: Ebs.Encrypted ?? false,
          },
        ],
  )
  const own = imageRoot ?? { sizeGiB: rootGiB, volumeType: 'gp3' }
  const root = { deviceName: rootDevice, isEncrypted: false, ...own }
  const hasRoot = mapped.some(({ deviceName }) => deviceName === rootDevice)
  const profile = data.IamInstanceProfile
  return {
    volumes: hasRoot ? mapped : [root, ...mapped],
    securityGroupIds:
      data.SecurityGroupIds ?? data.NetworkInterfaces?.flatMap((one) => one.Groups ?? []) ?? [],
    keyName: data.KeyName,
    instanceProfile: profile?.Name ?? profile?.Arn?.split('/').at(-1),
    tags: tagsFor(data.TagSpecifications as Sdk.TagSpecification[] | undefined, 'instance'),
    userData: data.UserData,
  }
}
