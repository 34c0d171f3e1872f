/** What a launch template's data, or a launch call, gives to an instance. Twin layer, pure. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { LaunchFacts } from '../state.ts'
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

/** Volumes, security groups, tags: without a mapping of its own the root volume is a 20 GiB gp3. */
export function launchFactsOf(data: LaunchData): LaunchFacts {
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
  const root = { deviceName: rootDevice, sizeGiB: rootGiB, volumeType: 'gp3', isEncrypted: false }
  const hasRoot = mapped.some(({ deviceName }) => /^\/dev\/(xvda|sda1)$/.test(deviceName))
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
