/** The services of the twin: protocol, version, names, and their shapes when first needed. Twin layer. */

import { type ServiceShape, serviceShape } from './shape.ts'

/** Name of a service in a credential scope. */
export type ServiceName = 'eks' | 'ec2' | 'autoscaling' | 'ssm' | 'sts' | 'iam'

/** The four ways in which these services talk. */
export type ProtocolName = 'rest-json' | 'aws-json' | 'aws-query' | 'ec2-query'

/** A service on the wire. */
export interface WireService {
  readonly name: ServiceName
  readonly protocol: ProtocolName
  /** `Version` of the query protocols. */
  readonly version: string
  /** Namespace of XML answers; empty for JSON. */
  readonly xmlNamespace: string
  /** What stands before the operation in `X-Amz-Target`; empty for other protocols. */
  readonly targetPrefix: string
  /** True for services whose state belongs to the account and not to a Region. */
  readonly isGlobal: boolean
  /** Loads the SDK's schemas once; EC2's take a fifth of a second. */
  load(): Promise<ServiceShape>
}

type Row = Omit<WireService, 'load'> & {
  readonly module: () => Promise<Readonly<Record<string, unknown>>>
}

const rows: readonly Row[] = [
  {
    name: 'eks',
    protocol: 'rest-json',
    version: '2017-11-01',
    xmlNamespace: '',
    targetPrefix: '',
    isGlobal: false,
    module: () => import('@aws-sdk/client-eks'),
  },
  {
    name: 'ec2',
    protocol: 'ec2-query',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    targetPrefix: '',
    isGlobal: false,
    module: () => import('@aws-sdk/client-ec2'),
  },
  {
    name: 'autoscaling',
    protocol: 'aws-query',
    version: '2011-01-01',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    targetPrefix: '',
    isGlobal: false,
    module: () => import('@aws-sdk/client-auto-scaling'),
  },
  {
    name: 'ssm',
    protocol: 'aws-json',
    version: '2014-11-06',
    xmlNamespace: '',
    targetPrefix: 'AmazonSSM',
    isGlobal: false,
    module: () => import('@aws-sdk/client-ssm'),
  },
  {
    name: 'sts',
    protocol: 'aws-query',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    targetPrefix: '',
    isGlobal: true,
    module: () => import('@aws-sdk/client-sts'),
  },
  {
    name: 'iam',
    protocol: 'aws-query',
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    targetPrefix: '',
    isGlobal: true,
    module: () => import('@aws-sdk/client-iam'),
  },
]

/** The services by the name in their credential scope. */
export const wireServices: ReadonlyMap<string, WireService> = new Map(
  rows.map(({ module, ...row }) => {
    let loading: Promise<ServiceShape> | undefined
    const load = (): Promise<ServiceShape> => {
      loading ??= module().then(serviceShape)
      return loading
    }
    return [row.name, { ...row, load }]
  }),
)
