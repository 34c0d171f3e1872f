/** What a call of the port is called in IAM, and whether it changes anything. Aws layer, pure. */

/** Services behind the port, by their member of AwsApi. */
export type AwsService = 'autoScaling' | 'ec2' | 'eks' | 'iam' | 'ssm' | 'sts'

/** One call on its way. */
export interface AwsCall {
  readonly service: AwsService
  /** Method of the SDK's client, e.g. `describeNodegroup`. */
  readonly method: string
  /** IAM action, e.g. `eks:DescribeNodegroup`. */
  readonly action: string
  /** Name of what the call is about, for messages; empty when it has none. */
  readonly object: string
  readonly region: string
  readonly kind: 'read' | 'write'
}

const prefixes: Readonly<Record<AwsService, string>> = {
  autoScaling: 'autoscaling',
  ec2: 'ec2',
  eks: 'eks',
  iam: 'iam',
  ssm: 'ssm',
  sts: 'sts',
}

/** Everything that is not certain to be a read counts as a write: the safe side for `--read-only`. */
const readVerb = /^(describe|get|list)[A-Z]/

/** Members that name an object, most telling first. */
const objectMembers = [
  'nodegroupName',
  'addonName',
  'AutoScalingGroupName',
  'InstanceId',
  'LaunchTemplateName',
  'LaunchTemplateId',
  'RoleName',
  'PolicyArn',
  'clusterName',
  'name',
  'Name',
] as const

/** Describes the call of `method` with `input`. */
export function awsCall(
  region: string,
  service: AwsService,
  method: string,
  input: unknown,
): AwsCall {
  const operation = method.charAt(0).toUpperCase() + method.slice(1)
  return {
    service,
    method,
    action: `${prefixes[service]}:${operation}`,
    object: objectOf(input),
    region,
    kind: readVerb.test(method) ? 'read' : 'write',
  }
}

function objectOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return ''
  const members = input as Readonly<Record<string, unknown>>
  const name = objectMembers.find((member) => typeof members[member] === 'string')
  return name === undefined ? '' : String(members[name])
}
