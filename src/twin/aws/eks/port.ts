/** The EKS half of the AWS port. Twin layer. */

import type { EksApi } from '../../../world/aws-api.ts'
import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { twinLacks } from '../lacks.ts'
import { senderFor } from '../port.ts'
import * as cluster from './cluster.ts'
import { createNodegroup, deleteNodegroup, nodeGroupView } from './node-group.ts'
import { updateNodegroupConfig } from './node-group-config.ts'
import { updateNodegroupVersion } from './node-group-version.ts'
import { describeUpdate, listUpdates } from './updates.ts'
import { describeAddonVersions, describeClusterVersions } from './versions.ts'

/** Round trip of an EKS call. */
const latencyMs = 120
const pageMax = 100

/** The port's methods. */
export function eksPort(account: AwsAccount, session: Session): EksApi {
  const send = senderFor(session, 'eks', latencyMs)
  const lacks = twinLacks(session, 'eks')
  const named = (input: { nodegroupName?: string | undefined }): string | undefined => input.nodegroupName
  return {
    createAddon: lacks('CreateAddon'),
    createCluster: lacks('CreateCluster'),
    createNodegroup: send('CreateNodegroup', named, (i) => createNodegroup(account, i)),
    deleteAddon: lacks('DeleteAddon'),
    deleteCluster: lacks('DeleteCluster'),
    deleteNodegroup: send('DeleteNodegroup', named, (i) => deleteNodegroup(account, i)),
    describeAccessEntry: send('DescribeAccessEntry', (i) => i.principalArn, (i) => {
      const type = account.cluster(i.clusterName).accessEntries.get(i.principalArn ?? '')
      if (type === undefined) {
        throw awsError('ResourceNotFoundException', `The specified principalArn could not be found`)
      }
      return { accessEntry: { clusterName: i.clusterName, principalArn: i.principalArn, type } }
    }),
    createAccessEntry: send('CreateAccessEntry', (i) => i.principalArn, (i) => {
      const { accessEntries } = account.cluster(i.clusterName)
      const type = i.type ?? 'STANDARD'
      accessEntries.set(i.principalArn ?? '', type)
      return { accessEntry: { clusterName: i.clusterName, principalArn: i.principalArn, type } }
    }),
    deleteAccessEntry: send('DeleteAccessEntry', (i) => i.principalArn, (i) => {
      account.cluster(i.clusterName).accessEntries.delete(i.principalArn ?? '')
      return {}
    }),
    listAccessEntries: send('ListAccessEntries', (i) => i.clusterName, (i) => ({
      accessEntries: [...account.cluster(i.clusterName).accessEntries.keys()].sort(),
    })),
    describeAddon: send('DescribeAddon', (i) => i.addonName, (i) => cluster.describeAddon(account, i)),
    describeAddonVersions: send('DescribeAddonVersions', (i) => i.addonName, (i) => describeAddonVersions(i)),
    describeCluster: send('DescribeCluster', (i) => i.name, (i) => ({
      cluster: cluster.clusterView(account, account.cluster(i.name)),
    })),
    describeClusterVersions: send('DescribeClusterVersions', () => '', () => describeClusterVersions()),
    describeNodegroup: send('DescribeNodegroup', named, (i) => ({
      nodegroup: nodeGroupView(account.nodeGroup(i.clusterName, i.nodegroupName)),
    })),
    describeUpdate: send('DescribeUpdate', (i) => i.updateId, (i) => describeUpdate(account, i)),
    listAddons: send('ListAddons', (i) => i.clusterName, (i) => cluster.listAddons(account, i)),
    listClusters: send('ListClusters', () => '', () => ({ clusters: [...account.clusters.keys()].sort() })),
    listNodegroups: send('ListNodegroups', (i) => i.clusterName, (i) => {
      account.cluster(i.clusterName)
      const names = [...account.nodeGroups.values()]
        .filter((one) => one.clusterName === i.clusterName)
        .map((one) => one.name)
        .sort()
      const start = Number(i.nextToken ?? 0)
      const end = start + Math.min(pageMax, i.maxResults ?? pageMax)
      const nodegroups = names.slice(start, end)
      return end < names.length ? { nodegroups, nextToken: String(end) } : { nodegroups }
    }),
    listUpdates: send('ListUpdates', (i) => i.name, (i) => listUpdates(account, i)),
    tagResource: send('TagResource', (i) => i.resourceArn, (i) => {
      for (const one of account.nodeGroups.values()) {
        if (one.arn === i.resourceArn) one.tags = { ...one.tags, ...i.tags }
      }
      return {}
    }),
    untagResource: send('UntagResource', (i) => i.resourceArn, (i) => {
      for (const one of account.nodeGroups.values()) {
        if (one.arn !== i.resourceArn) continue
        one.tags = Object.fromEntries(
          Object.entries(one.tags).filter(([key]) => !i.tagKeys?.includes(key)),
        )
      }
      return {}
    }),
    updateAddon: send('UpdateAddon', (i) => i.addonName, (i) => cluster.updateAddon(account, i)),
    updateClusterVersion: send('UpdateClusterVersion', (i) => i.name, (i) => cluster.updateClusterVersion(account, i)),
    updateNodegroupConfig: send('UpdateNodegroupConfig', named, (i) => updateNodegroupConfig(account, i)),
    updateNodegroupVersion: send('UpdateNodegroupVersion', named, (i) => updateNodegroupVersion(account, i)),
  }
}
