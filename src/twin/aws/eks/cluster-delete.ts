/** DeleteCluster: refused while node groups are left, done in minutes. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { clusterView } from './cluster.ts'
import { settingsOf } from './cluster-settings.ts'

/** DELETING to gone (assumed). */
const deleteMs = [120_000, 300_000] as const

/**
 * A cluster that is being deleted stays as it is. @throws RegroupError ResourceInUseException,
 * ResourceNotFoundException, InvalidRequestException under deletion protection.
 */
export function deleteCluster(
  account: AwsAccount,
  input: Sdk.DeleteClusterRequest,
): Sdk.DeleteClusterResponse {
  const cluster = account.cluster(input.name)
  if (cluster.status === 'DELETING') return { cluster: clusterView(account, cluster) }
  if ([...account.nodeGroups.values()].some((one) => one.clusterName === cluster.name)) {
    throw awsError('ResourceInUseException', 'Cluster has nodegroups attached')
  }
  if (settingsOf(cluster).isDeletionProtected) {
    const text =
      'Cluster has deletion protection enabled. Disable deletion protection before deleting the cluster.'
    throw awsError('InvalidRequestException', text)
  }
  if (cluster.status === 'UPDATING') {
    throw awsError('ResourceInUseException', 'Cluster has an update in progress')
  }
  cluster.status = 'DELETING'
  account.emit({ kind: 'cluster', cluster, status: 'DELETING' })
  const random = account.kernel.random(`delete-cluster/${cluster.name}`)
  account.kernel.after(between(random, ...deleteMs), 'cluster-deleted', () => {
    account.clusters.delete(cluster.name)
    account.network.securityGroups.delete(cluster.securityGroupId)
    for (const scope of ['cluster', 'cluster-version', 'cluster-config']) {
      account.forgetTokens(`${scope}/${cluster.name}`)
    }
    account.emit({ kind: 'cluster', cluster, status: 'DELETED' })
  })
  return { cluster: clusterView(account, cluster) }
}
