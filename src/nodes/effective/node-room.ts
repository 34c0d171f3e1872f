/** Max pods, reserved resources and allocatable of each instance type of a group. Nodes layer, pure. */

import type { Bootstrap } from '../bootstrap.ts'
import { isRecord } from '../field-schema.ts'
import { type InstanceType, instanceType } from '../instance-types.ts'
import {
  kubeReservedMemoryMi,
  maxPodsByAddresses,
  reservedCpuMilli,
  usableMemoryMi,
} from '../kubelet-numbers.ts'
import { evaluateMaxPods } from '../max-pods-expression.ts'
import { parseBytes, parseCpuMilli } from '../quantity.ts'
import type { EffectiveField } from './effective-kubelet.ts'
import { isMerged, type NodeSource, type Origin, originOf } from './node-source.ts'

/** One type; CPU in millicores, memory in MiB. */
export interface TypeRoom {
  readonly instanceType: string
  readonly vcpuCount: number
  readonly memoryMiB: number
  readonly gpuCount: number
  readonly maxPods: number
  readonly maxPodsOrigin: Origin
  readonly kubeReserved: { readonly cpuMilli: number; readonly memoryMiB: number }
  readonly kubeReservedOrigin: Origin
  readonly systemReserved: { readonly cpuMilli: number; readonly memoryMiB: number }
  readonly evictionMemoryMiB: number
  /** Memory is an estimate: the kernel is taken to keep 3.5 % of the nominal memory. */
  readonly allocatable: {
    readonly cpuMilli: number
    readonly memoryMiB: number
    readonly podCount: number
  }
}

const mi = 1024 * 1024
const ami: Origin = { by: 'AMI' }

/** Every known type, in the order of the group; unknown ones are left out. */
export function roomOf(
  source: NodeSource,
  bootstrap: Bootstrap,
  config: readonly EffectiveField[],
): readonly TypeRoom[] {
  return source.instanceTypes.flatMap((name) => {
    const type = instanceType(name)
    return type === undefined ? [] : [typeRoom(type, source, { bootstrap, config })]
  })
}

interface Settings {
  readonly bootstrap: Bootstrap
  readonly config: readonly EffectiveField[]
}

function typeRoom(type: InstanceType, source: NodeSource, settings: Settings): TypeRoom {
  const { config } = settings
  const expressed = expressedMaxPods(type, settings)
  const set = config.find((one) => one.field === 'maxPods')
  const maxPods =
    typeof set?.value === 'number' ? set.value : (expressed ?? maxPodsByAddresses(type))
  const maxPodsOrigin = set?.origin ?? (expressed === undefined ? ami : expressionOrigin(source))
  const asked = recordOf(config.find((one) => one.field === 'kubeReserved')?.value)
  const counted = reservedFor(type, source, { maxPods, expressed })
  const kubeReserved = {
    cpuMilli: cpuOf(asked, Math.floor(reservedCpuMilli(type.vcpuCount))),
    memoryMiB: memoryOf(asked, kubeReservedMemoryMi(counted)),
  }
  const system = recordOf(config.find((one) => one.field === 'systemReserved')?.value)
  const systemReserved = { cpuMilli: cpuOf(system, 0), memoryMiB: memoryOf(system, 0) }
  const evictionMemoryMiB = evictionMemory(type, config)
  const reservedMiB = kubeReserved.memoryMiB + systemReserved.memoryMiB + evictionMemoryMiB
  const reservedMilli = kubeReserved.cpuMilli + systemReserved.cpuMilli
  const isAsked = Object.keys(asked).length > 0
  return {
    instanceType: type.name,
    vcpuCount: type.vcpuCount,
    memoryMiB: type.memoryMiB,
    gpuCount: type.gpuCount,
    maxPods,
    maxPodsOrigin,
    kubeReserved,
    kubeReservedOrigin: isAsked ? originOf(source, 'kubelet.kubeReserved') : ami,
    systemReserved,
    evictionMemoryMiB,
    allocatable: {
      cpuMilli: Math.max(0, type.vcpuCount * 1000 - reservedMilli),
      memoryMiB: Math.max(0, usableMemoryMi(type) - reservedMiB),
      podCount: maxPods,
    },
  }
}

function expressedMaxPods(type: InstanceType, { bootstrap }: Settings): number | undefined {
  const { maxPodsExpression } = bootstrap
  if (maxPodsExpression === undefined) return undefined
  return evaluateMaxPods(maxPodsExpression, {
    default_enis: type.eniCount,
    ips_per_eni: type.ipv4PerEniCount,
    max_pods: maxPodsByAddresses(type),
  })
}

function expressionOrigin(source: NodeSource): Origin {
  return originOf(source, 'userData')
}

/**
 * Pods that memory is reserved for. Amazon Linux counts by the addresses of the type whatever maxPods
 * says, nodeadm by the expression where there is one; Bottlerocket by its max-pods (section 13).
 */
function reservedFor(
  type: InstanceType,
  { family }: NodeSource,
  { expressed, maxPods }: { readonly maxPods: number; readonly expressed: number | undefined },
): number {
  if (family === 'Bottlerocket') return maxPods
  return family === 'AmazonLinux2023' && expressed !== undefined
    ? expressed
    : maxPodsByAddresses(type)
}

function evictionMemory(type: InstanceType, config: readonly EffectiveField[]): number {
  const asked = recordOf(config.find((one) => one.field === 'evictionHard')?.value)
  const text = asked['memory.available']
  if (typeof text !== 'string') return 0
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]
  if (percent !== undefined) return Math.ceil((type.memoryMiB * Number(percent)) / 100)
  const bytes = parseBytes(text)
  return Number.isNaN(bytes) ? 0 : Math.ceil(bytes / mi)
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

function cpuOf(asked: Readonly<Record<string, unknown>>, otherwise: number): number {
  const milli = asked.cpu === undefined ? otherwise : parseCpuMilli(String(asked.cpu))
  return Number.isNaN(milli) ? otherwise : milli
}

function memoryOf(asked: Readonly<Record<string, unknown>>, otherwise: number): number {
  const bytes = asked.memory === undefined ? otherwise * mi : parseBytes(String(asked.memory))
  return Number.isNaN(bytes) ? otherwise : Math.ceil(bytes / mi)
}

/** Sentence on how max pods came about; for the whole group. */
export function maxPodsNote(source: NodeSource): string {
  if (!isMerged(source)) {
    return 'The image computes max pods from the addresses of the type, without the cap of 110 or 250.'
  }
  return source.instanceTypes.length > 1
    ? 'EKS gives all nodes the max pods of the least type, at most 110 below 30 vCPU and 250 above.'
    : 'EKS computes max pods from the addresses of the type, at most 110 below 30 vCPU and 250 above.'
}
