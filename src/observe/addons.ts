/** A managed add-on with the versions that fit. Observe layer. */

import type { ObservedAddon } from '../decide/observed.ts'
import type { AwsApi } from '../world/aws-api.ts'

/** Reads the add-on; the catalogue of versions only when its version has changed. */
export async function observeAddon(
  aws: AwsApi,
  clusterName: string,
  wanted: {
    readonly name: string
    readonly known: ObservedAddon | undefined
    /** Minor of the cluster. */
    readonly version: string
  },
): Promise<ObservedAddon> {
  const { known, name } = wanted
  const { addon } = await aws.eks.describeAddon({ clusterName, addonName: name })
  const version = addon?.addonVersion ?? ''
  const status = addon?.status ?? ''
  if (known !== undefined && known.version === version) return { ...known, status }
  const { addons } = await aws.eks.describeAddonVersions({ addonName: name })
  const versions = addons?.[0]?.addonVersions ?? []
  const defaultFor: Record<string, string> = {}
  const listedFor = new Map<string, readonly string[]>()
  for (const { addonVersion = '', compatibilities = [] } of versions) {
    listedFor.set(
      addonVersion,
      compatibilities.flatMap((one) => one.clusterVersion ?? []),
    )
    for (const { clusterVersion, defaultVersion } of compatibilities) {
      if (clusterVersion !== undefined && defaultVersion === true)
        defaultFor[clusterVersion] = addonVersion
    }
  }
  return {
    name,
    version,
    status,
    defaultFor,
    compatibleWith: listedFor.get(version) ?? [],
    bridgeTo: bridges(listedFor, wanted.version),
  }
}

/** Newest version listed for both the cluster's minor and each other minor; versions come newest first. */
function bridges(
  listedFor: ReadonlyMap<string, readonly string[]>,
  minor: string,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [version, minors] of listedFor) {
    if (!minors.includes(minor)) continue
    for (const other of minors) found[other] ??= version
  }
  return found
}
