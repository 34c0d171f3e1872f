/** The control plane as AWS describes it. Observe layer. */

import type { ObservedControlPlane } from '../decide/observed.ts'
import type { AwsApi } from '../world/aws-api.ts'

/** One DescribeCluster. @throws RegroupError `not-found` when there is no such cluster. */
export async function observeControlPlane(
  aws: AwsApi,
  name: string,
  offeredVersions: readonly string[],
): Promise<ObservedControlPlane> {
  const { cluster } = await aws.eks.describeCluster({ name })
  return {
    name,
    arn: cluster?.arn ?? '',
    version: cluster?.version ?? '',
    status: cluster?.status ?? '',
    endpoint: cluster?.endpoint ?? '',
    certificateAuthority: cluster?.certificateAuthority?.data ?? '',
    serviceCidr: cluster?.kubernetesNetworkConfig?.serviceIpv4Cidr ?? '',
    update: cluster?.status === 'UPDATING' ? { id: '', type: 'VersionUpdate' } : undefined,
    offeredVersions,
  }
}
