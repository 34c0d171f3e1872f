/** Zones and Regions, account attributes and quotas. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { byIds, matchesFilters } from './filters.ts'

const letters = ['a', 'b', 'c'] as const
/** Zone ids shorten the Region's name, e.g. `euw1-az1`. */
const directions: Readonly<Record<string, string>> = {
  central: 'c',
  east: 'e',
  north: 'n',
  northeast: 'ne',
  south: 's',
  southeast: 'se',
  west: 'w',
}

/** Zones of a Region: three, as most have. */
export function zoneNames(region: string): readonly string[] {
  return letters.map((letter) => region + letter)
}

/** The id of a zone. The twin maps letters to ids in order; AWS shuffles them per account. */
export function zoneIdOf(region: string, zone: string): string {
  const [continent = '', direction = '', number = ''] = region.split('-')
  const short = `${continent}${directions[direction] ?? direction}${number}`
  return `${short}-az${zone.charCodeAt(region.length) - 'a'.charCodeAt(0) + 1}`
}

function describeAvailabilityZones(
  account: AwsAccount,
  input: Sdk.DescribeAvailabilityZonesRequest,
): Sdk.DescribeAvailabilityZonesResult {
  const { region } = account
  const byName = new Map(zoneNames(region).map((zone) => [zone, zone]))
  const missing = { code: 'InvalidParameterValue', what: 'availability zone' }
  const zones = byIds(byName, input.ZoneNames, missing)
    .filter((zone) => input.ZoneIds?.includes(zoneIdOf(region, zone)) ?? true)
    .map((ZoneName) => ({
      ZoneName,
      ZoneId: zoneIdOf(region, ZoneName),
      ZoneType: 'availability-zone',
      GroupName: region,
      NetworkBorderGroup: region,
      RegionName: region,
      OptInStatus: 'opt-in-not-required' as const,
      State: 'available' as const,
      Messages: [],
    }))
  const found = zones.filter((zone) =>
    matchesFilters(
      input.Filters,
      {},
      {
        'group-name': zone.GroupName,
        'network-border-group': zone.NetworkBorderGroup,
        'opt-in-status': zone.OptInStatus,
        'region-name': zone.RegionName,
        state: zone.State,
        'zone-id': zone.ZoneId,
        'zone-name': zone.ZoneName,
        'zone-type': zone.ZoneType,
      },
    ),
  )
  return { AvailabilityZones: found }
}

/** The one Region that the twin has. */
function describeRegions(
  account: AwsAccount,
  input: Sdk.DescribeRegionsRequest,
): Sdk.DescribeRegionsResult {
  const { region } = account
  const Endpoint = `ec2.${region}.amazonaws.com`
  const missing = { code: 'InvalidParameterValue', what: 'region' }
  const found = byIds(new Map([[region, region]]), input.RegionNames, missing).filter(() =>
    matchesFilters(
      input.Filters,
      {},
      {
        endpoint: Endpoint,
        'opt-in-status': 'opt-in-not-required',
        'region-name': region,
      },
    ),
  )
  const OptInStatus = 'opt-in-not-required'
  return { Regions: found.map((RegionName) => ({ RegionName, Endpoint, OptInStatus })) }
}

/** What EC2 says of every account; `none` is an account without a default VPC. */
const attributes: Readonly<Record<string, readonly string[]>> = {
  'supported-platforms': ['VPC'],
  'default-vpc': ['none'],
  'max-instances': ['20'],
  'vpc-max-security-groups-per-interface': ['5'],
  'max-elastic-ips': ['5'],
  'vpc-max-elastic-ips': ['5'],
}

function describeAccountAttributes(
  _account: AwsAccount,
  input: Sdk.DescribeAccountAttributesRequest,
): Sdk.DescribeAccountAttributesResult {
  const names: readonly string[] = input.AttributeNames ?? Object.keys(attributes)
  return {
    AccountAttributes: names.map((AttributeName) => ({
      AttributeName,
      AttributeValues: (attributes[AttributeName] ?? []).map((AttributeValue) => ({
        AttributeValue,
      })),
    })),
  }
}

/** Operations on the account and its Region. */
export const zoneOperations = {
  describeAccountAttributes,
  describeAvailabilityZones,
  describeRegions,
}
