/** AWS errors as the port throws them. Twin layer. */

import { type FailureCode, RegroupError } from '../../world/failure.ts'

const codes: Readonly<Record<string, FailureCode>> = {
  AlreadyExists: 'already-exists',
  'InvalidLaunchTemplateName.AlreadyExistsException': 'already-exists',
  'InvalidLaunchTemplateId.NotFound': 'not-found',
  'InvalidLaunchTemplateId.VersionNotFound': 'not-found',
  InvalidParameterException: 'invalid',
  InvalidRequestException: 'invalid',
  ParameterNotFound: 'not-found',
  ResourceInUse: 'in-use',
  ResourceInUseException: 'in-use',
  ResourceLimitExceededException: 'limit-exceeded',
  'InvalidInstanceID.NotFound': 'not-found',
  InvalidInstanceType: 'invalid',
  'InvalidSubnetID.NotFound': 'not-found',
  ResourceNotFoundException: 'not-found',
  ScalingActivityInProgress: 'in-use',
  ValidationError: 'invalid',
  ValidationException: 'invalid',
}

/** An error with the service's own code; our code follows from it. */
export function awsError(serviceCode: string, message: string): RegroupError {
  // Auto Scaling says by its text only that something is not there.
  const isMissing = serviceCode === 'ValidationError' && / not found\b/.test(message)
  const code = isMissing ? 'not-found' : (codes[serviceCode] ?? 'unknown')
  return new RegroupError(code, message, { context: { serviceCode } })
}
