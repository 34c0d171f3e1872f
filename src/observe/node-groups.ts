/** A managed node group as AWS describes it. Observe layer. */

import type { ObservedNodeGroup } from '../decide/observed.ts'
import type { AwsApi } from '../world/aws-api.ts'

/** One DescribeNodegroup. */
export async function observeNodeGroup(
  aws: AwsApi,
  clusterName: string,
  nodegroupName: string,
): Promise<ObservedNodeGroup> {
  const { nodegroup } = await aws.eks.describeNodegroup({ clusterName, nodegroupName })
  return {
    name: nodegroupName,
    status: nodegroup?.status ?? '',
    version: nodegroup?.version ?? '',
    releaseVersion: nodegroup?.releaseVersion ?? '',
    groupNames: (nodegroup?.resources?.autoScalingGroups ?? []).flatMap((one) => one.name ?? []),
    minSize: nodegroup?.scalingConfig?.minSize ?? 0,
    maxSize: nodegroup?.scalingConfig?.maxSize ?? 0,
    issues: (nodegroup?.health?.issues ?? []).map((one) => ({
      code: one.code ?? '',
      message: one.message ?? '',
      resourceIds: one.resourceIds ?? [],
    })),
    tags: nodegroup?.tags ?? {},
    nodeRole: nodegroup?.nodeRole ?? '',
  }
}
