/** Kubernetes versions and add-on versions that EKS offers. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import table from '../../../../data/eks-versions.json' with { type: 'json' }
import { awsError } from '../errors.ts'

/** Offered on the day of the table: minors in standard or extended support. */
export const offeredVersions: readonly string[] = ['1.36', '1.35', '1.34', '1.33', '1.32', '1.31']

/** As DescribeClusterVersions shows them; the support status follows from the virtual time. */
export function describeClusterVersions(
  input: Sdk.DescribeClusterVersionsRequest,
  nowMs: number,
): Sdk.DescribeClusterVersionsResponse {
  const wanted = input.clusterVersions ?? offeredVersions
  const all = table.rows
    .filter((row) => offeredVersions.includes(row.kubernetes) && wanted.includes(row.kubernetes))
    .map((row) => ({
      clusterVersion: row.kubernetes,
      clusterType: 'eks',
      defaultVersion: row.kubernetes === defaultVersion,
      releaseDate: new Date(row.eksRelease ?? 0),
      endOfStandardSupportDate: new Date(row.endOfStandardSupport ?? 0),
      endOfExtendedSupportDate: new Date(row.endOfExtendedSupport ?? 0),
      versionStatus: supportOf(row, nowMs),
    }))
  return { clusterVersions: input.defaultOnly ? all.filter((one) => one.defaultVersion) : all }
}

/** What CreateCluster takes without a version (assumed: the newest but one). */
export const defaultVersion = '1.35'

function supportOf(
  row: {
    readonly endOfStandardSupport: string | null
    readonly endOfExtendedSupport: string | null
  },
  nowMs: number,
): Sdk.VersionStatus {
  if (nowMs < Date.parse(row.endOfStandardSupport ?? '')) return 'STANDARD_SUPPORT'
  return nowMs < Date.parse(row.endOfExtendedSupport ?? '') ? 'EXTENDED_SUPPORT' : 'UNSUPPORTED'
}

interface AddonRow {
  readonly latest?: string
}

/**
 * The table has gaps: minors without a value take a version made of the minor (assumed, not
 * published).
 */
function defaultVersionOf(addon: string, minor: string): string {
  const row = table.rows.find((one) => one.kubernetes === minor)
  const known = (row?.addOns as Readonly<Record<string, AddonRow>> | undefined)?.[addon]?.latest
  if (known !== undefined) return known
  const number = Number(minor.slice(2))
  switch (addon) {
    case 'kube-proxy':
      return `v${minor}.0-eksbuild.1`
    case 'coredns':
      return number >= 33 ? 'v1.13.2-eksbuild.4' : 'v1.11.4-eksbuild.33'
    case 'vpc-cni':
      return number >= 34 ? 'v1.21.0-eksbuild.1' : 'v1.20.1-eksbuild.3'
    default:
      return 'v1.50.0-eksbuild.1'
  }
}

/** Add-ons of the catalogue. */
export const catalogueAddons: readonly string[] = [
  'aws-ebs-csi-driver',
  'coredns',
  'kube-proxy',
  'vpc-cni',
]

/** Default version for a minor. */
export function defaultAddonVersion(addon: string, minor: string): string {
  return defaultVersionOf(addon, minor)
}

/** kube-proxy serves its own minor and up to three newer ones; the others serve all (assumed). */
export function isAddonCompatible(addon: string, version: string, minor: string): boolean {
  if (addon !== 'kube-proxy') return true
  const own = Number(/^v1\.(\d+)/.exec(version)?.[1])
  const wanted = Number(minor.slice(2))
  return own <= wanted && own >= wanted - 3
}

/** As DescribeAddonVersions shows them: every default with the minors it is listed for. */
export function describeAddonVersions(
  input: Sdk.DescribeAddonVersionsRequest,
): Sdk.DescribeAddonVersionsResponse {
  const addons = input.addonName === undefined ? catalogueAddons : [input.addonName]
  if (input.addonName !== undefined && !catalogueAddons.includes(input.addonName)) {
    throw awsError(
      'InvalidParameterException',
      `Addon ${input.addonName} specified is not supported`,
    )
  }
  const minors = input.kubernetesVersion === undefined ? offeredVersions : [input.kubernetesVersion]
  return {
    addons: addons.map((addonName) => ({
      addonName,
      type: 'networking',
      addonVersions: versionsOf(addonName).map((addonVersion) => ({
        addonVersion,
        architecture: ['amd64', 'arm64'],
        compatibilities: minors
          .filter((minor) => isAddonCompatible(addonName, addonVersion, minor))
          .map((clusterVersion) => ({
            clusterVersion,
            platformVersions: ['*'],
            defaultVersion: defaultVersionOf(addonName, clusterVersion) === addonVersion,
          })),
      })),
    })),
  }
}

function versionsOf(addon: string): string[] {
  return [...new Set(offeredVersions.map((minor) => defaultVersionOf(addon, minor)))]
}
