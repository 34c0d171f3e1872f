import { describe, expect, it } from 'vitest'
import { RegroupError } from '../world/failure.ts'
import { classify } from './classify.ts'
import { awsCall } from './operation.ts'

const call = awsCall('eu-west-1', 'eks', 'describeCluster', { name: 'shop' })

function sdkError(members: object): Error {
  return Object.assign(new Error('text of AWS'), members)
}

function answered(name: string, httpStatusCode: number): Error {
  return sdkError({ name, $metadata: { httpStatusCode, requestId: 'r-1' } })
}

describe('classify', () => {
  it.each([
    { message: 'AutoScalingGroup name not found - no such group: a', code: 'not-found' },
    { message: 'New SetDesiredCapacity value 9 is above max value 3', code: 'invalid' },
  ])('a ValidationError of Auto Scaling by its text: $message', ({ code, message }) => {
    const members = { name: 'ValidationError', $metadata: { httpStatusCode: 400 }, message }
    expect(classify(sdkError(members), call)).toMatchObject({ code })
  })

  it.each([
    { error: answered('ThrottlingException', 429), code: 'throttled', retry: 'backoff' },
    { error: answered('RequestLimitExceeded', 503), code: 'throttled', retry: 'backoff' },
    { error: answered('Throttling', 400), code: 'throttled', retry: 'backoff' },
    { error: answered('ResourceNotFoundException', 404), code: 'not-found', retry: 'never' },
    { error: answered('InvalidGroup.NotFound', 400), code: 'not-found', retry: 'never' },
    { error: answered('InvalidLaunchTemplateId.NotFound', 400), code: 'not-found', retry: 'never' },
    { error: answered('ResourceInUseException', 409), code: 'in-use', retry: 'backoff' },
    { error: answered('ScalingActivityInProgress', 400), code: 'in-use', retry: 'backoff' },
    { error: answered('AlreadyExists', 400), code: 'already-exists', retry: 'never' },
    { error: answered('VcpuLimitExceeded', 400), code: 'limit-exceeded', retry: 'never' },
    { error: answered('AccessDeniedException', 403), code: 'forbidden', retry: 'never' },
    { error: answered('UnauthorizedOperation', 403), code: 'forbidden', retry: 'never' },
    { error: answered('ExpiredTokenException', 403), code: 'unauthenticated', retry: 'backoff' },
    { error: answered('RequestTimeTooSkewed', 403), code: 'unauthenticated', retry: 'backoff' },
    { error: answered('InvalidParameterException', 400), code: 'invalid', retry: 'never' },
    { error: answered('Unknown', 503), code: 'unavailable', retry: 'backoff' },
    { error: answered('SyntaxError', 200), code: 'unavailable', retry: 'backoff' },
    { error: sdkError({ name: 'AbortError' }), code: 'timeout', retry: 'backoff' },
    { error: sdkError({ code: 'ECONNREFUSED' }), code: 'connection', retry: 'backoff' },
    { error: sdkError({ code: 'ECONNRESET' }), code: 'connection', retry: 'backoff' },
    { error: sdkError({ code: 'ENOTFOUND' }), code: 'connection', retry: 'backoff' },
    { error: sdkError({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }), code: 'connection', retry: 'never' },
    { error: sdkError({ code: 'CERT_HAS_EXPIRED' }), code: 'connection', retry: 'never' },
    {
      error: sdkError({ name: 'CredentialsProviderError' }),
      code: 'unauthenticated',
      retry: 'never',
    },
    { error: 'not even an error', code: 'unknown', retry: 'never' },
  ])('$error.name $error.code is $code', ({ code, error, retry }) => {
    const failure = classify(error, call)
    expect({ code: failure.code, retry: failure.retry }).toEqual({ code, retry })
    expect(failure.message).toContain('eks:DescribeCluster')
  })

  it.each(['Signature expired: 2026 is now earlier than 2027', 'Signature not yet current: 2027'])(
    'takes "%s" for clocks that are apart, not for wrong credentials',
    (message) => {
      const error = Object.assign(answered('InvalidSignatureException', 403), { message })
      const { code, retry } = classify(error, call)
      expect({ code, retry }).toEqual({ code: 'unauthenticated', retry: 'backoff' })
    },
  )

  it('keeps the request id, the status and the name of the object', () => {
    const failure = classify(answered('ResourceNotFoundException', 404), call)
    expect(failure.context).toEqual({
      operation: 'eks:DescribeCluster',
      object: 'shop',
      requestId: 'r-1',
      httpStatus: 404,
      serviceCode: 'ResourceNotFoundException',
    })
  })

  it('leaves failures of the port as they are', () => {
    const failure = new RegroupError('aborted', 'stopped')
    expect(classify(failure, call)).toBe(failure)
  })
})
