/** AWS errors as the port throws them. Twin layer. */

import { type FailureCode, RegroupError } from '../../world/failure.ts'

const codes: Readonly<Record<string, FailureCode>> = {
  DeleteConflict: 'in-use',
  DependencyViolation: 'in-use',
  InstanceRefreshInProgress: 'in-use',
  NoSuchEntity: 'not-found',
  'Resource.AlreadyAssociated': 'already-exists',
  ResourceInUse: 'in-use',
  ResourceInUseException: 'in-use',
  ScalingActivityInProgress: 'in-use',
  UnauthorizedOperation: 'forbidden',
}

/** Families of codes, by what their names say; the first that fits counts. */
const families: readonly (readonly [RegExp, FailureCode])[] = [
  [/NotFound|Unknown/, 'not-found'],
  [/AlreadyExists|Duplicate/, 'already-exists'],
  [/InUse$/, 'in-use'],
  [/LimitExceeded/, 'limit-exceeded'],
  [/^(AccessDenied|Unauthorized)/, 'forbidden'],
  [/Invalid|Validation|Malformed|Missing|UnsupportedAvailabilityZone/, 'invalid'],
]

/** An error with the service's own code; our code follows from it. */
export function awsError(serviceCode: string, message: string): RegroupError {
  // Auto Scaling says by its text only that something is not there.
  const isMissing = serviceCode === 'ValidationError' && / not found\b/.test(message)
  const family = families.find(([pattern]) => pattern.test(serviceCode))
  const code = isMissing ? 'not-found' : (codes[serviceCode] ?? family?.[1] ?? 'unknown')
  return new RegroupError(code, message, { context: { serviceCode } })
}
