/** Node objects as a kubelet registers them. Twin layer, pure. */

import type { Node } from '../../world/kube-objects.ts'
import type { Machine, MachineCapacity } from '../contracts.ts'
import { notReadyTaintKey } from './admission.ts'

/** A node that has just registered, or, with `isReady`, one that has been there for long. */
export function nodeObject(machine: Machine, name: string, isReady: boolean, now: string): Node {
  const condition = {
    type: 'Ready',
    status: isReady ? 'True' : 'False',
    reason: isReady ? 'KubeletReady' : 'KubeletNotReady',
    lastTransitionTime: now,
  }
  const notReady = { key: notReadyTaintKey, effect: 'NoSchedule' as const }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: labelsOf(machine, name), annotations: {} },
    spec: {
      providerID: `aws:///${machine.zone}/${machine.instanceId}`,
      taints: isReady ? machine.taints : [...machine.taints, notReady],
    },
    status: {
      capacity: resourcesOf(machine.capacity),
      allocatable: resourcesOf(machine.allocatable),
      conditions: [condition],
      addresses: [{ type: 'InternalDNS', address: name }],
      nodeInfo: {
        architecture: machine.arch,
        kubeletVersion: machine.kubeletVersion,
        operatingSystem: 'linux',
        osImage: machine.amiFamily === 'AmazonLinux2' ? 'Amazon Linux 2' : 'Amazon Linux 2023',
      },
    },
  }
}

function labelsOf(machine: Machine, name: string): Record<string, string> {
  return {
    ...machine.labels,
    'kubernetes.io/arch': machine.arch,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': machine.instanceType,
    // From the EBS CSI driver, which is taken to run on every node: volumes are bound by this label.
    'topology.ebs.csi.aws.com/zone': machine.zone,
    'topology.kubernetes.io/region': machine.region,
    'topology.kubernetes.io/zone': machine.zone,
  }
}

function resourcesOf(capacity: MachineCapacity): Record<string, string> {
  const extended = Object.entries(capacity.extended ?? {}).filter(([, count]) => count > 0)
  return {
    cpu: `${capacity.cpuMilli}m`,
    memory: `${Math.floor(capacity.memoryBytes / 1024)}Ki`,
    pods: String(capacity.pods),
    ...Object.fromEntries(extended.map(([name, count]) => [name, String(count)])),
  }
}
