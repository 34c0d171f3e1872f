/** Instance types and where they are offered. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import {
  type InstanceType,
  instanceType,
  instanceTypeNames,
} from '../../../nodes/instance-types.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { matchesFilters } from './filters.ts'
import { zoneIdOf, zoneNames } from './zones.ts'

/** Types a page. */
const pageMax = 100
const offeringsMax = 1000

/** Facts of instance types by name. */
function describeInstanceTypes(
  _account: AwsAccount,
  input: Sdk.DescribeInstanceTypesRequest,
): Sdk.DescribeInstanceTypesResult {
  const names: readonly string[] = input.InstanceTypes ?? instanceTypeNames()
  const found = names.map(requireType).filter((type) =>
    matchesFilters(
      input.Filters,
      {},
      {
        'bare-metal': type.name.includes('.metal'),
        'current-generation': true,
        'instance-type': type.name,
        'memory-info.size-in-mib': type.memoryMiB,
        'processor-info.supported-architecture': architectureOf(type),
        'supported-usage-class': usageClasses(type),
        'supported-virtualization-type': 'hvm',
        'vcpu-info.default-vcpus': type.vcpuCount,
      },
    ),
  )
  const size = input.MaxResults ?? (input.InstanceTypes === undefined ? pageMax : names.length)
  const { next, page } = pageOf(found, { token: input.NextToken, size: Math.max(size, 1) })
  return { InstanceTypes: page.map(typeView), ...(next === undefined ? {} : { NextToken: next }) }
}

function requireType(name: string): InstanceType {
  const type = instanceType(name)
  if (type !== undefined) return type
  const text = `The following supplied instance types do not exist: [${name}]`
  throw awsError('InvalidInstanceType', text)
}

function architectureOf({ arch }: InstanceType): 'arm64' | 'x86_64' {
  return arch === 'arm64' ? 'arm64' : 'x86_64'
}

function usageClasses({ isSpotOffered }: InstanceType): ('on-demand' | 'spot')[] {
  return isSpotOffered ? ['on-demand', 'spot'] : ['on-demand']
}

function typeView(type: InstanceType): Sdk.InstanceTypeInfo {
  return {
    InstanceType: type.name as Sdk._InstanceType,
    CurrentGeneration: true,
    BareMetal: type.name.includes('.metal'),
    Hypervisor: 'nitro',
    VCpuInfo: { DefaultVCpus: type.vcpuCount },
    MemoryInfo: { SizeInMiB: type.memoryMiB },
    ProcessorInfo: { SupportedArchitectures: [architectureOf(type)] },
    NetworkInfo: {
      MaximumNetworkInterfaces: type.eniCount,
      Ipv4AddressesPerInterface: type.ipv4PerEniCount,
    },
    ...(type.gpuCount === 0
      ? {}
      : { GpuInfo: { Gpus: [{ Count: type.gpuCount, Manufacturer: 'NVIDIA' }] } }),
    SupportedRootDeviceTypes: ['ebs'],
    SupportedUsageClasses: usageClasses(type),
    SupportedVirtualizationTypes: ['hvm'],
  }
}

/** Every type is offered in every zone but for the gaps of a world: by name or id, or the Region itself. */
function describeInstanceTypeOfferings(
  account: AwsAccount,
  input: Sdk.DescribeInstanceTypeOfferingsRequest,
): Sdk.DescribeInstanceTypeOfferingsResult {
  const { region } = account
  const LocationType = input.LocationType ?? 'region'
  const inUse = [...account.subnets.values()].map((subnet) => subnet.zone)
  const zones = [...new Set([...zoneNames(region), ...inUse])].sort()
  const byKind: Readonly<Record<string, readonly string[]>> = {
    'availability-zone': zones,
    'availability-zone-id': zones.map((zone) => zoneIdOf(region, zone)),
    region: [region],
  }
  const found = instanceTypeNames().flatMap((name) =>
    (byKind[LocationType] ?? [])
      .filter((location) => isOfferedAt(account, name, location))
      .filter((location) => matchesFilters(input.Filters, {}, { 'instance-type': name, location }))
      .map((Location) => ({ InstanceType: name as Sdk._InstanceType, Location, LocationType })),
  )
  const size = input.MaxResults ?? offeringsMax
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    InstanceTypeOfferings: [...page],
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function isOfferedAt({ capacity, region }: AwsAccount, name: string, location: string): boolean {
  const zone = zoneNames(region).find(
    (one) => one === location || zoneIdOf(region, one) === location,
  )
  return zone === undefined || capacity.isOffered(name, zone)
}

/** Operations on types. */
export const instanceTypeOperations = { describeInstanceTypeOfferings, describeInstanceTypes }
