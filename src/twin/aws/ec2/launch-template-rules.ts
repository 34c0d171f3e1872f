/** What EC2 refuses of a launch template at once; the rest shows at launch. Twin layer, pure. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { awsError } from '../errors.ts'
import { isBase64 } from '../user-data-text.ts'

/** Raw bytes, before base64. */
const userDataMax = 16_384

/** @throws RegroupError InvalidLaunchTemplateName.MalformedException (3..128, fixed letters). */
export function checkName(name: string): void {
  if (/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) return
  throw awsError(
    'InvalidLaunchTemplateName.MalformedException',
    'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.',
  )
}

/**
 * @throws RegroupError InvalidUserData.Malformed, InvalidBlockDeviceMapping,
 * InvalidParameterCombination, MissingParameter.
 */
export function checkData(data: Sdk.RequestLaunchTemplateData | undefined): void {
  if (data === undefined || Object.values(data).every((value) => value === undefined)) {
    const text = 'The request must contain the parameter LaunchTemplateData'
    throw awsError('MissingParameter', text)
  }
  checkUserData(data.UserData)
  checkDevices(data.BlockDeviceMappings ?? [])
  if (data.InstanceType !== undefined && data.InstanceRequirements !== undefined) {
    const text = 'InstanceType and InstanceRequirements cannot be specified together.'
    throw awsError('InvalidParameterCombination', text)
  }
  if (data.SecurityGroups !== undefined && data.SecurityGroupIds !== undefined) {
    const text = 'The parameter groupName cannot be used with the parameter groupId'
    throw awsError('InvalidParameterCombination', text)
  }
}

/** @throws RegroupError InvalidUserData.Malformed for text that is not base64, or too long. */
export function checkUserData(encoded: string | undefined): void {
  if (encoded === undefined || encoded === '') return
  if (!isBase64(encoded)) {
    throw awsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.')
  }
  const padding = encoded.replace(/[^=]/g, '').length
  const byteCount = (encoded.replace(/\s/g, '').length * 3) / 4 - padding
  if (byteCount > userDataMax) {
    const limit = `User data is limited to ${userDataMax} bytes`
    throw awsError('InvalidUserData.Malformed', limit)
  }
}

function checkDevices(mappings: readonly Sdk.LaunchTemplateBlockDeviceMappingRequest[]): void {
  const names = mappings.map((one) => one.DeviceName ?? '')
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  const text = `The device '${twice}' is used in more than one block-device mapping`
  throw awsError('InvalidBlockDeviceMapping', text)
}
