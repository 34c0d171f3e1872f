/** What a kubelet offers on an instance type: max pods and allocatable. Nodes layer, pure. */

import type { InstanceType } from './instance-types.ts'

/** Room of a node for pods. */
export interface Allocatable {
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly podCount: number
  readonly gpuCount: number
}

const mi = 1024 * 1024

/** Pods that have an address: ENIs x (addresses - 1) + 2. bootstrap.sh and nodeadm start from it. */
export function maxPodsByAddresses(type: InstanceType): number {
  return type.eniCount * (type.ipv4PerEniCount - 1) + 2
}

/**
 * Pods per node as EKS computes them for managed node groups (VPC CNI without prefix delegation): by
 * addresses, at most 110 below 30 vCPU and 250 above.
 */
export function maxPodsOfEks(type: InstanceType): number {
  return Math.min(maxPodsByAddresses(type), type.vcpuCount < 30 ? 110 : 250)
}

/** Memory that is left of the nominal one when the kernel has taken its own, MiB; an estimate. */
export function usableMemoryMi(type: InstanceType): number {
  return Math.floor(type.memoryMiB * 0.965)
}

/**
 * Allocatable after kube-reserved and eviction threshold: CPU 6 % of the first core, 1 % of the second,
 * 0.5 % of cores 3-4, 0.25 % of the rest; memory 96.5 % of nominal (kernel) minus 255 MiB + 11 MiB per
 * pod minus 100 MiB (nodeadm kubelet defaults; the 3.5 % is an estimate). nodeadm and bootstrap.sh reserve
 * for every pod that has an address, also beyond the max pods that EKS sets (amazon-eks-ami #2045).
 */
export function allocatable(type: InstanceType): Allocatable {
  const podCount = maxPodsOfEks(type)
  const nominalMi = usableMemoryMi(type)
  return {
    cpuMilli: Math.floor(type.vcpuCount * 1000 - reservedCpuMilli(type.vcpuCount)),
    memoryBytes: Math.max(0, nominalMi - kubeReservedMemoryMi(maxPodsByAddresses(type)) - 100) * mi,
    podCount,
    gpuCount: type.gpuCount,
  }
}

/** Memory that nodeadm, bootstrap.sh and Bottlerocket reserve for the kubelet, MiB. */
export function kubeReservedMemoryMi(podCount: number): number {
  return 255 + 11 * podCount
}

/** The least of several types: what a group of mixed types is sure to offer. */
export function leastAllocatable(types: readonly InstanceType[]): Allocatable {
  const all = types.map(allocatable)
  const least = (pick: (one: Allocatable) => number): number => Math.min(...all.map(pick))
  return {
    cpuMilli: least((one) => one.cpuMilli),
    memoryBytes: least((one) => one.memoryBytes),
    podCount: least((one) => one.podCount),
    gpuCount: least((one) => one.gpuCount),
  }
}

/** CPU that nodeadm, bootstrap.sh and Bottlerocket reserve for the kubelet, millicores. */
export function reservedCpuMilli(cores: number): number {
  const shareOf = (from: number, to: number): number => Math.max(0, Math.min(cores, to) - from)
  const first = shareOf(0, 1) * 60
  const second = shareOf(1, 2) * 10
  return first + second + shareOf(2, 4) * 5 + shareOf(4, Number.POSITIVE_INFINITY) * 2.5
}
