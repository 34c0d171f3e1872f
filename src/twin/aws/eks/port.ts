/** The EKS half of the AWS port. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { type PortOf, portOf } from '../operation-table.ts'
import { accessEntryOperations } from './access-entry.ts'
import { accessPolicyOperations } from './access-policy.ts'
import { describeAddon, updateAddon } from './addon.ts'
import { createAddon, deleteAddon } from './addon-lifecycle.ts'
import { clusterView, updateClusterVersion } from './cluster.ts'
import { updateClusterConfig } from './cluster-config.ts'
import { createCluster } from './cluster-create.ts'
import { deleteCluster } from './cluster-delete.ts'
import { listOperations } from './lists.ts'
import { createNodegroup, nodeGroupView } from './node-group.ts'
import { updateNodegroupConfig } from './node-group-config.ts'
import { deleteNodegroup } from './node-group-delete.ts'
import { updateNodegroupVersion } from './node-group-version.ts'
import { listTagsForResource, tagResource, untagResource } from './tags.ts'
import { describeUpdate, listUpdates } from './updates.ts'
import { describeAddonVersions, describeClusterVersions } from './versions.ts'

/** Round trip of an EKS call. */
const latencyMs = 120

function describeCluster(
  account: AwsAccount,
  input: Sdk.DescribeClusterRequest,
): Sdk.DescribeClusterResponse {
  return { cluster: clusterView(account, account.cluster(input.name)) }
}

function describeNodegroup(
  account: AwsAccount,
  input: Sdk.DescribeNodegroupRequest,
): Sdk.DescribeNodegroupResponse {
  return { nodegroup: nodeGroupView(account.nodeGroup(input.clusterName, input.nodegroupName)) }
}

const table = {
  ...accessEntryOperations,
  ...accessPolicyOperations,
  ...listOperations,
  createAddon,
  createCluster,
  createNodegroup,
  deleteAddon,
  deleteCluster,
  deleteNodegroup,
  describeAddon,
  describeAddonVersions: (_account: AwsAccount, input: Sdk.DescribeAddonVersionsRequest) =>
    describeAddonVersions(input),
  describeCluster,
  describeClusterVersions: (account: AwsAccount, input: Sdk.DescribeClusterVersionsRequest) =>
    describeClusterVersions(input, account.kernel.nowMs()),
  describeNodegroup,
  describeUpdate,
  listTagsForResource,
  listUpdates,
  tagResource,
  untagResource,
  updateAddon,
  updateClusterConfig,
  updateClusterVersion,
  updateNodegroupConfig,
  updateNodegroupVersion,
}

/** The port's methods. */
export function eksPort(account: AwsAccount, session: Session): PortOf<typeof table> {
  return portOf({ account, session, service: 'eks', latencyMs }, table)
}
