/** What EKS itself writes for a node of a group without an AMI id. Nodes layer, pure. */

import type { StringMap } from '../../world/kube-objects.ts'
import { labelsText, taintText } from '../bootstrap.ts'
import { clusterDnsIp } from '../cluster-dns.ts'
import { instanceType } from '../instance-types.ts'
import { maxPodsOfEks } from '../kubelet-numbers.ts'
import { nodeConfigText } from '../node-config.ts'
import { nodeConfigApiVersion } from '../node-config-schema.ts'
import type { NodeSource } from './node-source.ts'

/** Facts of the cluster; unknown ones are texts in angle brackets. */
export interface ShownFacts {
  readonly name: string
  readonly endpoint: string
  readonly certificateAuthority: string
  readonly serviceCidr: string
  readonly dnsIp: string
}

type FactSource = Pick<NodeSource, 'cluster' | 'clusterName'>

/** Offline nobody has asked EKS: what it would fill in is named instead. */
export function shownFacts({ cluster, clusterName }: FactSource): ShownFacts {
  const { serviceCidr } = cluster
  return {
    name: cluster.name ?? clusterName,
    endpoint: cluster.endpoint ?? `<endpoint of ${clusterName}>`,
    certificateAuthority:
      cluster.certificateAuthority ?? `<certificate authority of ${clusterName}>`,
    serviceCidr: serviceCidr ?? `<service CIDR of ${clusterName}>`,
    dnsIp:
      serviceCidr === undefined ? `<DNS address of ${clusterName}>` : clusterDnsIp(serviceCidr),
  }
}

/** Bytes that the real facts take more than their placeholders: a CA of EKS is about 1,480 in base64. */
export function missingFactBytes({ cluster, clusterName }: FactSource): number {
  const typical = { endpoint: 80, certificateAuthority: 1480 }
  const shown = shownFacts({ cluster, clusterName })
  return Object.entries(typical).reduce((sum, [fact, bytes]) => {
    const key = fact as keyof typeof typical
    return cluster[key] === undefined ? sum + bytes - shown[key].length : sum
  }, 0)
}

/**
 * The least of all instance types, as EKS computes it (eksctl #5337); undefined when no type is known.
 */
export function eksMaxPods({
  instanceTypes,
}: Pick<NodeSource, 'instanceTypes'>): number | undefined {
  const counts = instanceTypes.flatMap((name) => {
    const type = instanceType(name)
    return type === undefined ? [] : [maxPodsOfEks(type)]
  })
  return counts.length === 0 ? undefined : Math.min(...counts)
}

/** Labels of EKS's own; the image and the template are placeholders until they exist. */
export function eksLabels(source: NodeSource): StringMap {
  const { imageId, nodeGroupName, releaseVersion, template } = source
  return {
    'eks.amazonaws.com/capacityType': source.capacityType,
    'eks.amazonaws.com/nodegroup': nodeGroupName,
    'eks.amazonaws.com/nodegroup-image': imageId ?? `<image of ${releaseVersion}>`,
    'eks.amazonaws.com/sourceLaunchTemplateId': template?.id ?? '<launch template>',
    'eks.amazonaws.com/sourceLaunchTemplateVersion': template?.version ?? '1',
  }
}

/** Kubelet flags of EKS's part: labels of both kinds, taints of the node group. */
export function eksFlags(source: NodeSource): readonly string[] {
  const { labels, taints } = source
  return [
    `--node-labels=${labelsText({ ...labels, ...eksLabels(source) })}`,
    ...(taints.length === 0 ? [] : [`--register-with-taints=${taints.map(taintText).join(',')}`]),
  ]
}

/** EKS's NodeConfig (seen in amazon-eks-ami #1988): facts, max pods, DNS, labels and taints. */
export function eksNodeConfig(source: NodeSource): string {
  const facts = shownFacts(source)
  const maxPods = eksMaxPods(source)
  const config = {
    apiVersion: nodeConfigApiVersion,
    kind: 'NodeConfig',
    spec: {
      cluster: {
        apiServerEndpoint: facts.endpoint,
        certificateAuthority: facts.certificateAuthority,
        cidr: facts.serviceCidr,
        name: facts.name,
      },
      kubelet: {
        config: { clusterDNS: [facts.dnsIp], ...(maxPods === undefined ? {} : { maxPods }) },
        flags: eksFlags(source),
      },
    },
  }
  return nodeConfigText(config)
}

/** EKS's call of bootstrap.sh (seen in terraform-aws-eks #2297): max pods as a flag, which beats the file. */
export function eksBootstrapCall(source: NodeSource): string {
  const facts = shownFacts(source)
  const maxPods = eksMaxPods(source)
  const podFlag = maxPods === undefined ? [] : [`--max-pods=${maxPods}`]
  const extra = [...eksFlags(source), ...podFlag].join(' ')
  return [
    '#!/bin/bash',
    'set -ex',
    `B64_CLUSTER_CA=${facts.certificateAuthority}`,
    `API_SERVER_URL=${facts.endpoint}`,
    `K8S_CLUSTER_DNS_IP=${facts.dnsIp}`,
    `/etc/eks/bootstrap.sh ${facts.name} --kubelet-extra-args '${extra}' \\`,
    '  --b64-cluster-ca $B64_CLUSTER_CA --apiserver-endpoint $API_SERVER_URL \\',
    '  --dns-cluster-ip $K8S_CLUSTER_DNS_IP --use-max-pods false',
    '',
  ].join('\n')
}

/** EKS's keys of `settings.kubernetes`; a team's own win where both say something. */
export function eksSettings(source: NodeSource): Readonly<Record<string, unknown>> {
  const facts = shownFacts(source)
  const maxPods = eksMaxPods(source)
  const { labels, taints } = source
  const byKey = new Map<string, string[]>()
  for (const { effect, key, value = '' } of taints) {
    byKey.set(key, [...(byKey.get(key) ?? []), `${value}:${effect}`])
  }
  return {
    'api-server': facts.endpoint,
    'cluster-certificate': facts.certificateAuthority,
    'cluster-dns-ip': facts.dnsIp,
    'cluster-name': facts.name,
    ...(maxPods === undefined ? {} : { 'max-pods': maxPods }),
    'node-labels': { ...labels, ...eksLabels(source) },
    ...(taints.length === 0 ? {} : { 'node-taints': Object.fromEntries(byKey) }),
  }
}
