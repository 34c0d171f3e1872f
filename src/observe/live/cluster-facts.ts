/** A cluster, its node groups and its network as AWS describes them. Observe layer. */

import type {
  ClusterOnly,
  LiveCluster,
  LiveNodeGroup,
  LiveSubnet,
} from '../../check/live/live-facts.ts'
import type { AwsApi } from '../../world/aws-api.ts'
import { isFailure } from '../../world/failure.ts'
import type { Looker } from './looker.ts'
import { tagsOf } from './region-facts.ts'
import { routesOf } from './routes.ts'

/** Nothing of the network when the cluster itself is not seen. */
export async function readCluster(aws: AwsApi, name: string, looker: Looker): Promise<ClusterOnly> {
  const described = await looker.look('cluster', 'eks:DescribeCluster', () =>
    readControlPlane(aws, name),
  )
  if (described === undefined) return {}
  const cniHasOwnRole = await looker.look('cni', 'eks:DescribeAddon', () => hasCniRole(aws, name))
  const nodeGroups = await readNodeGroups(aws, name, looker)
  const subnets = await readSubnets(aws, described.vpcId, looker)
  return {
    cluster: { ...described, ...(cniHasOwnRole === undefined ? {} : { cniHasOwnRole }) },
    ...(nodeGroups === undefined ? {} : { nodeGroups }),
    ...(subnets === undefined ? {} : { subnets }),
  }
}

async function readControlPlane({ eks }: AwsApi, name: string): Promise<LiveCluster> {
  const { cluster } = await eks.describeCluster({ name })
  const { clusterSecurityGroupId, endpointPrivateAccess, vpcId } = cluster?.resourcesVpcConfig ?? {}
  return {
    version: cluster?.version ?? '',
    securityGroupId: clusterSecurityGroupId ?? '',
    ipFamily: cluster?.kubernetesNetworkConfig?.ipFamily === 'ipv6' ? 'ipv6' : 'ipv4',
    vpcId: vpcId ?? '',
    isEndpointPrivate: endpointPrivateAccess === true,
  }
}

/** Undefined when the CNI is not a managed add-on: then its role is not told. */
async function hasCniRole({ eks }: AwsApi, clusterName: string): Promise<boolean | undefined> {
  try {
    const { addon } = await eks.describeAddon({ clusterName, addonName: 'vpc-cni' })
    const associations = addon?.podIdentityAssociations ?? []
    return addon?.serviceAccountRoleArn !== undefined || associations.length > 0
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}

async function readNodeGroups(
  { eks }: AwsApi,
  clusterName: string,
  looker: Looker,
): Promise<ReadonlyMap<string, LiveNodeGroup> | undefined> {
  const names = await looker.look('nodeGroups', 'eks:ListNodegroups', () =>
    listNames(eks, clusterName),
  )
  if (names === undefined) return undefined
  return looker.look('nodeGroups', 'eks:DescribeNodegroup', async () => {
    const described = await Promise.all(
      names.map((nodegroupName) => eks.describeNodegroup({ clusterName, nodegroupName })),
    )
    return new Map(
      described.flatMap(({ nodegroup }): [string, LiveNodeGroup][] => {
        const {
          nodegroupName = '',
          scalingConfig = {},
          subnets = [],
          version = '',
        } = nodegroup ?? {}
        const { desiredSize, maxSize = 0, minSize = 0 } = scalingConfig
        const desired = desiredSize === undefined ? {} : { desired: desiredSize }
        const scaling = { min: minSize, max: maxSize, ...desired }
        return [[nodegroupName, { version, scaling, subnetIds: subnets }]]
      }),
    )
  })
}

/** The port of the twin answers page by page. */
async function listNames(eks: AwsApi['eks'], clusterName: string): Promise<readonly string[]> {
  const names: string[] = []
  let nextToken: string | undefined
  do {
    const token = nextToken === undefined ? {} : { nextToken }
    const page = await eks.listNodegroups({ clusterName, ...token })
    names.push(...(page.nodegroups ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return names
}

async function readSubnets(
  aws: AwsApi,
  vpcId: string,
  looker: Looker,
): Promise<ReadonlyMap<string, LiveSubnet> | undefined> {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }]
  const answer = await looker.look('subnets', 'ec2:DescribeSubnets', () =>
    aws.ec2.describeSubnets({ Filters }),
  )
  if (answer === undefined) return undefined
  const tables = await looker.look('routes', 'ec2:DescribeRouteTables', () =>
    aws.ec2.describeRouteTables({ Filters }),
  )
  const routeOf = tables === undefined ? undefined : routesOf(tables.RouteTables ?? [])
  return new Map(
    (answer.Subnets ?? []).map((subnet): [string, LiveSubnet] => {
      const id = subnet.SubnetId ?? ''
      const facts = {
        id,
        zone: subnet.AvailabilityZone ?? '',
        freeAddressCount: subnet.AvailableIpAddressCount ?? 0,
        isPublicIpMapped: subnet.MapPublicIpOnLaunch === true,
        isIpv6Assigned: subnet.AssignIpv6AddressOnCreation === true,
        tags: tagsOf(subnet.Tags),
      }
      return [id, routeOf === undefined ? facts : { ...facts, route: routeOf(id) }]
    }),
  )
}
