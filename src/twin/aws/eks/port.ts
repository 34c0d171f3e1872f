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
  const lacks = twinLacks(session, 'eks')
  return {
    ...accessEntryCalls(account, session),
    ...addonCalls(account, session),
    ...clusterCalls(account, session),
    ...nodeGroupCalls(account, session),
    createAddon: lacks('CreateAddon'),
    createCluster: lacks('CreateCluster'),
    deleteAddon: lacks('DeleteAddon'),
    deleteCluster: lacks('DeleteCluster'),
  }
}

type NodeGroupNames = Extract<keyof EksApi, `${string}Nodegroup${string}`>

function nodeGroupCalls(account: AwsAccount, session: Session): Pick<EksApi, NodeGroupNames> {
  const send = senderFor(session, 'eks', latencyMs)
  const named = (input: { nodegroupName?: string | undefined }): string | undefined =>
    input.nodegroupName
  return {
    createNodegroup: send('CreateNodegroup', named, (i) => createNodegroup(account, i)),
    deleteNodegroup: send('DeleteNodegroup', named, (i) => deleteNodegroup(account, i)),
    describeNodegroup: send('DescribeNodegroup', named, (i) => ({
      nodegroup: nodeGroupView(account.nodeGroup(i.clusterName, i.nodegroupName)),
    })),
    listNodegroups: send(
      'ListNodegroups',
      (i) => i.clusterName,
      (i) => listNodegroups(account, i),
    ),
    updateNodegroupConfig: send('UpdateNodegroupConfig', named, (i) =>
      updateNodegroupConfig(account, i),
    ),
    updateNodegroupVersion: send('UpdateNodegroupVersion', named, (i) =>
      updateNodegroupVersion(account, i),
    ),
  }
}

type AddonNames = 'describeAddon' | 'describeAddonVersions' | 'listAddons' | 'updateAddon'

function addonCalls(account: AwsAccount, session: Session): Pick<EksApi, AddonNames> {
  const send = senderFor(session, 'eks', latencyMs)
  const named = (input: { addonName?: string | undefined }): string | undefined => input.addonName
  return {
    describeAddon: send('DescribeAddon', named, (i) => addon.describeAddon(account, i)),
    describeAddonVersions: send('DescribeAddonVersions', named, (i) => describeAddonVersions(i)),
    listAddons: send(
      'ListAddons',
      (i) => i.clusterName,
      (i) => addon.listAddons(account, i),
    ),
    updateAddon: send('UpdateAddon', named, (i) => addon.updateAddon(account, i)),
  }
}

type ClusterNames =
  | 'describeCluster'
  | 'describeClusterVersions'
  | 'describeUpdate'
  | 'listClusters'
  | 'listUpdates'
  | 'tagResource'
  | 'untagResource'
  | 'updateClusterVersion'

function clusterCalls(account: AwsAccount, session: Session): Pick<EksApi, ClusterNames> {
  const send = senderFor(session, 'eks', latencyMs)
  const named = (input: { name?: string | undefined }): string | undefined => input.name
  const byArn = (input: { resourceArn: string | undefined }): string | undefined =>
    input.resourceArn
  return {
    describeCluster: send('DescribeCluster', named, (i) => ({
      cluster: cluster.clusterView(account, account.cluster(i.name)),
    })),
    describeClusterVersions: send(
      'DescribeClusterVersions',
      () => '',
      (i) => describeClusterVersions(i, account.kernel.nowMs()),
    ),
    describeUpdate: send(
      'DescribeUpdate',
      (i) => i.updateId,
      (i) => describeUpdate(account, i),
    ),
    listClusters: send(
      'ListClusters',
      () => '',
      (i) => listClusters(account, i),
    ),
    listUpdates: send('ListUpdates', named, (i) => listUpdates(account, i)),
    tagResource: send('TagResource', byArn, (i) => tagResource(account, i)),
    untagResource: send('UntagResource', byArn, (i) => untagResource(account, i)),
    updateClusterVersion: send('UpdateClusterVersion', named, (i) =>
      cluster.updateClusterVersion(account, i),
    ),
  }
}
