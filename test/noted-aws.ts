/** The AWS port that writes down which permission each call needs. */

import { type AwsService, awsCall } from '../src/aws/operation.ts'
import type { AwsApi } from '../src/world/aws-api.ts'
import { sourceAt } from './sources.ts'

/** The same port; `used` counts the calls of every action. */
export function notedAws(aws: AwsApi, used: Map<string, number>): AwsApi {
  const service = <Api extends object>(name: AwsService, api: Api): Api =>
    new Proxy(api, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method)
        if (typeof member !== 'function' || typeof method !== 'string') return member
        return (...args: unknown[]): unknown => {
          const { action } = awsCall(aws.region, name, method, args[0])
          used.set(action, (used.get(action) ?? 0) + 1)
          return Reflect.apply(member, target, args)
        }
      },
    })
  return {
    region: aws.region,
    autoScaling: service('autoScaling', aws.autoScaling),
    ec2: service('ec2', aws.ec2),
    eks: service('eks', aws.eks),
    iam: service('iam', aws.iam),
    ssm: service('ssm', aws.ssm),
    sts: service('sts', aws.sts),
  }
}

/** Actions of the first policy in a document. */
export function grantedActions(path: string): ReadonlySet<string> {
  const [, text = ''] = /```json\n(\{\s*"Version"[\s\S]*?)```/.exec(sourceAt(path).text) ?? []
  const { Statement } = JSON.parse(text) as { Statement: readonly { Action: readonly string[] }[] }
  return new Set(Statement.flatMap(({ Action }) => Action))
}
