/** Operations as tables of functions, and the port methods made of them. Twin layer. */

import type { Session } from '../kernel/session.ts'
import type { AwsAccount } from './account.ts'
import { senderFor } from './sender.ts'

/** What an operation does to an account; `user` is the caller's name. */
type Operation = (account: AwsAccount, input: never, user: string) => unknown

/** Operations by the port's method names, e.g. `createVpc`. */
export type OperationTable = Readonly<Record<string, Operation>>

/** The port methods of a table: the same inputs and outputs, with promises. */
export type PortOf<T extends OperationTable> = {
  readonly [K in keyof T]: (input: Parameters<T[K]>[1]) => Promise<ReturnType<T[K]>>
}

/** Who calls which service. */
export interface Caller {
  readonly account: AwsAccount
  readonly session: Session
  /** As in fault patterns and journals, e.g. `ec2`. */
  readonly service: string
  /** Round trip, virtual milliseconds. */
  readonly latencyMs: number
}

/** One method per operation; every call is counted, delayed and faulted by the session. */
export function portOf<T extends OperationTable>(caller: Caller, table: T): PortOf<T> {
  const { account, latencyMs, service, session } = caller
  const send = senderFor(session, service, latencyMs)
  const methods = Object.entries(table).map(([name, run]) => {
    const operation = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
    return [name, send(operation, objectOf, (input) => run(account, input as never, session.name))]
  })
  return Object.fromEntries(methods) as PortOf<T>
}

/** Members that name what a call is about, the most telling first. */
const names: readonly string[] = [
  'nodegroupName',
  'addonName',
  'principalArn',
  'clusterName',
  'name',
  'resourceArn',
  'AutoScalingGroupName',
  'AutoScalingGroupNames',
  'LaunchConfigurationName',
  'InstanceId',
  'InstanceIds',
  'GroupId',
  'GroupIds',
  'GroupName',
  'SubnetId',
  'SubnetIds',
  'VpcId',
  'VpcIds',
  'RouteTableId',
  'LaunchTemplateName',
  'LaunchTemplateId',
  'InstanceProfileName',
  'RoleName',
  'PolicyArn',
  'Resources',
]

function objectOf(input: unknown): string {
  const members = (input ?? {}) as Readonly<Record<string, unknown>>
  const [tag] = Array.isArray(members.Tags) ? (members.Tags as { ResourceId?: string }[]) : []
  if (tag?.ResourceId !== undefined) return tag.ResourceId
  for (const name of names) {
    const value = members[name]
    if (typeof value === 'string') return value
    if (Array.isArray(value)) return value.join(',')
  }
  return ''
}
