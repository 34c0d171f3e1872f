/** The EKS half of the AWS port. Twin layer. */

import type { EksApi } from '../../../world/aws-api.ts'
import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { twinLacks } from '../lacks.ts'
import { senderFor } from '../sender.ts'
import { accessEntryCalls } from './access-entry.ts'
import * as addon from './addon.ts'
import * as cluster from './cluster.ts'
import { listClusters, listNodegroups } from './lists.ts'
import { createNodegroup, nodeGroupView } from './node-group.ts'
import { updateNodegroupConfig } from './node-group-config.ts'
import { deleteNodegroup } from './node-group-delete.ts'
import { updateNodegroupVersion } from './node-group-version.ts'
import { tagResource, untagResource } from './tags.ts'
import { describeUpdate, listUpdates } from './updates.ts'
import { describeAddonVersions, describeClusterVersions } from './versions.ts'

/** Round trip of an EKS call. */
const latencyMs = 120

/** The port's methods. */
export function eksPort(account: AwsAccount, session: Session): EksApi {
  const send = senderFor(session, 'eks', latencyMs)
  const lacks = twinLacks(session, 'eks')
  const named = (input: { nodegroupName?: string | undefined }): string | undefined =>
    input.nodegroupName
  return {
    createAddon: lacks('CreateAddon'),
    createCluster: lacks('CreateCluster'),
    createNodegroup: send('CreateNodegroup', named, (i) => createNodegroup(account, i)),
    deleteAddon: lacks('DeleteAddon'),
    deleteCluster: lacks('DeleteCluster'),
    deleteNodegroup: send('DeleteNodegroup', named, (i) => deleteNodegroup(account, i)),
    ...accessEntryCalls(account, session),
    describeAddon: send(
      'DescribeAddon',
      (i) => i.addonName,
      (i) => addon.describeAddon(account, i),
    ),
    describeAddonVersions: send(
      'DescribeAddonVersions',
      (i) => i.addonName,
      (i) => describeAddonVersions(i),
    ),
    describeCluster: send(
      'DescribeCluster',
      (i) => i.name,
      (i) => ({
        cluster: cluster.clusterView(account, account.cluster(i.name)),
      }),
    ),
    describeClusterVersions: send(
      'DescribeClusterVersions',
      () => '',
      (i) => describeClusterVersions(i, account.kernel.nowMs()),
    ),
    describeNodegroup: send('DescribeNodegroup', named, (i) => ({
      nodegroup: nodeGroupView(account.nodeGroup(i.clusterName, i.nodegroupName)),
    })),
    describeUpdate: send(
      'DescribeUpdate',
      (i) => i.updateId,
      (i) => describeUpdate(account, i),
    ),
    listAddons: send(
      'ListAddons',
      (i) => i.clusterName,
      (i) => addon.listAddons(account, i),
    ),
    listClusters: send(
      'ListClusters',
      () => '',
      (i) => listClusters(account, i),
    ),
    listNodegroups: send(
      'ListNodegroups',
      (i) => i.clusterName,
      (i) => listNodegroups(account, i),
    ),
    listUpdates: send(
      'ListUpdates',
      (i) => i.name,
      (i) => listUpdates(account, i),
    ),
    tagResource: send(
      'TagResource',
      (i) => i.resourceArn,
      (i) => tagResource(account, i),
    ),
    untagResource: send(
      'UntagResource',
      (i) => i.resourceArn,
      (i) => untagResource(account, i),
    ),
    updateAddon: send(
      'UpdateAddon',
      (i) => i.addonName,
      (i) => addon.updateAddon(account, i),
    ),
    updateClusterVersion: send(
      'UpdateClusterVersion',
      (i) => i.name,
      (i) => cluster.updateClusterVersion(account, i),
    ),
    updateNodegroupConfig: send('UpdateNodegroupConfig', named, (i) =>
      updateNodegroupConfig(account, i),
    ),
    updateNodegroupVersion: send('UpdateNodegroupVersion', named, (i) =>
      updateNodegroupVersion(account, i),
    ),
  }
}
