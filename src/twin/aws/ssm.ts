/** The Parameter Store: public parameters that name node images. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ssm'
import type { SsmApi } from '../../world/aws-api.ts'
import type { Session } from '../kernel/session.ts'
import type { AwsAccount } from './account.ts'
import { awsError } from './errors.ts'
import { pageOf } from './page.ts'
import { senderFor } from './sender.ts'

const latencyMs = 40
/** GetParameters takes so many names, GetParametersByPath answers so many a page. */
const countMax = 10

/** The port's methods. */
export function ssmPort(account: AwsAccount, session: Session): SsmApi {
  const send = senderFor(session, 'ssm', latencyMs)
  return {
    getParameter: send(
      'GetParameter',
      (i) => i.Name,
      (i) => getParameter(account, i),
    ),
    getParameters: send(
      'GetParameters',
      () => '',
      (i) => getParameters(account, i),
    ),
    getParametersByPath: send(
      'GetParametersByPath',
      (i) => i.Path,
      (i) => underPath(account, i),
    ),
  }
}

function find(account: AwsAccount, Name: string): Sdk.Parameter | undefined {
  const Value = account.images.parameter(Name)
  return Value === undefined ? undefined : { Name, Value, Type: 'String', Version: 1 }
}

function getParameter(account: AwsAccount, input: Sdk.GetParameterRequest): Sdk.GetParameterResult {
  const Parameter = find(account, input.Name ?? '')
  if (Parameter === undefined)
    throw awsError('ParameterNotFound', `Parameter ${input.Name} not found.`)
  return { Parameter }
}

function getParameters(
  account: AwsAccount,
  input: Sdk.GetParametersRequest,
): Sdk.GetParametersResult {
  const names = input.Names ?? []
  if (names.length > countMax) {
    throw awsError('ValidationException', `GetParameters takes at most ${countMax} names`)
  }
  return {
    Parameters: names.flatMap((name) => find(account, name) ?? []),
    InvalidParameters: names.filter((name) => find(account, name) === undefined),
  }
}

function underPath(
  account: AwsAccount,
  input: Sdk.GetParametersByPathRequest,
): Sdk.GetParametersByPathResult {
  const names = account.images.parametersUnder(input.Path ?? '')
  const size = Math.min(input.MaxResults ?? countMax, countMax)
  const { page, next } = pageOf(names, { token: input.NextToken, size })
  return {
    Parameters: page.flatMap((name) => find(account, name) ?? []),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}
