/** What `regroup amis` does: from tables, or with --live from the account. Cli layer. */

import { type FleetImage, imagesOf } from '../../fleet/fleet-images.ts'
import { type AmiChoice, type AmiFamily, amiFamilies } from '../../nodes/ami-parameters.ts'
import { releaseAge, releasesOf, releaseTableAsOf } from '../../nodes/ami-releases.ts'
import {
  type KubernetesSupport,
  supportStatus,
  supportTable,
  supportTableAsOf,
} from '../../nodes/kubernetes-support.ts'
import { parseVersion } from '../../nodes/kubernetes-version.ts'
import { systemClock } from '../../world/system-clock.ts'
import type { CommandContext } from '../command-context.ts'
import { exitCode } from '../exit-code.ts'
import { readFleet } from '../fleet-file.ts'
import { Problem } from '../problem.ts'
import { type AmiReport, amisText, type ImageRow, type VersionRow } from '../render/amis.ts'
import type { AmisFlags } from './amis.ts'
import type { LiveImages } from './amis-live.ts'

/** Runs it; the result is the exit code. @throws Problem for flags that make no sense. */
export async function amis(flags: AmisFlags, { streams }: CommandContext): Promise<number> {
  const wanted = wantedImages(flags)
  const live = await liveOf(flags, wanted, (text) => streams.err(text))
  const report = reportOf(flags, wanted, live)
  streams.out(flags.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : amisText(report))
  return exitCode.ok
}

function usage(message: string, remedy: string): Problem {
  return new Problem(message, remedy, { code: exitCode.usage })
}

/** Images of the fleet, or one of each architecture of every version that is supported. */
function wantedImages(flags: AmisFlags): readonly FleetImage[] {
  if (flags.own !== undefined || flags.cluster !== undefined) return []
  if (flags.file !== undefined) return imagesOf(readFleet(flags.file))
  const family = familyOf(flags)
  const { kubernetesVersion: asked } = flags
  if (asked !== undefined && parseVersion(asked) === undefined) {
    throw usage(`${asked} is no version`, 'Give a minor such as 1.35.')
  }
  const versions = asked === undefined ? supportedVersions(family) : [asked]
  return versions.flatMap((kubernetesVersion) =>
    (['amd64', 'arm64'] as const).map((arch) => ({
      region: flags.region ?? '',
      kubernetesVersion,
      family,
      arch,
      amiId: undefined,
      releaseVersion: 'latest',
      clusters: [],
      groupCount: 0,
    })),
  )
}

function familyOf({ amiFamily }: AmisFlags): AmiFamily {
  const family = amiFamilies.find((one) => one === amiFamily)
  if (family !== undefined) return family
  throw usage(`there is no family ${amiFamily}`, `Use one of ${amiFamilies.join(', ')}.`)
}

/** Those that have images and that EKS has not given up. */
function supportedVersions(family: AmiFamily): readonly string[] {
  const nowMs = systemClock().nowMs()
  return supportTable
    .filter((row) => ['standard', 'extended'].includes(supportStatus(row, nowMs)))
    .map(({ version }) => version)
    .filter((version) => family === 'Bottlerocket' || releasesOf(family, version).length > 0)
}

async function liveOf(
  flags: AmisFlags,
  wanted: readonly FleetImage[],
  say: (text: string) => void,
): Promise<LiveImages | undefined> {
  if (flags.live !== true) {
    if (flags.own === undefined && flags.cluster === undefined) return undefined
    throw usage('what an account has is in no table', 'Add --live and --region.')
  }
  const regions = [...new Set(wanted.map(({ region }) => region))].filter((one) => one !== '')
  if (flags.region === undefined && regions.length === 0) {
    throw usage('which Region shall be asked?', 'Give --region, or a fleet file with -f.')
  }
  const { readLiveImages } = await import('./amis-live.ts')
  const asked = flags.region === undefined ? regions : [flags.region]
  const { cluster, own } = flags
  return readLiveImages(asked, { flags, say, choices: wanted.map(choiceOf), own, cluster })
}

function choiceOf({ arch, family, kubernetesVersion }: FleetImage): AmiChoice {
  return { arch, family, kubernetesVersion, variant: 'standard' }
}

function reportOf(
  flags: AmisFlags,
  wanted: readonly FleetImage[],
  live: LiveImages | undefined,
): AmiReport {
  if (live?.own !== undefined) return { own: live.own }
  const images = (live?.groups ?? wanted).map((one) => imageRow(one, flags, live))
  const nowMs = systemClock().nowMs()
  const status = (row: KubernetesSupport): VersionRow => ({
    ...row,
    status: supportStatus(row, nowMs),
  })
  const isAll = [flags.file, flags.kubernetesVersion, flags.cluster].every(
    (one) => one === undefined,
  )
  const used = new Set(images.map(({ kubernetesVersion }) => kubernetesVersion))
  const rows = (live?.versions ?? supportTable).map(status)
  const versions = rows.filter(({ version, status: today }) =>
    isAll ? today !== 'gone' && today !== 'unknown' : used.has(version),
  )
  const { kubernetesVersion } = flags
  const releases =
    flags.file === undefined && kubernetesVersion !== undefined
      ? { releases: releasesOf(familyOf(flags), kubernetesVersion) }
      : {}
  return {
    releasesAsOf: live === undefined ? releaseTableAsOf : undefined,
    images,
    ...releases,
    versionsAsOf: live === undefined ? supportTableAsOf : undefined,
    versions,
  }
}

function imageRow(one: FleetImage, flags: AmisFlags, live: LiveImages | undefined): ImageRow {
  const { amiId, arch, clusters, family, groupCount, kubernetesVersion, releaseVersion } = one
  const region = flags.region ?? one.region
  const users = { clusters, groupCount, region: region === '' ? undefined : region }
  if (amiId !== undefined) {
    // AWS does not say of which family an image of a team is; the fleet file does.
    const isTold = flags.cluster === undefined
    const told = { family: isTold ? family : '', arch: isTold ? arch : '' }
    const unknown = { imageId: undefined, newest: undefined, age: undefined }
    return { ...users, ...told, ...unknown, kubernetesVersion, wanted: amiId }
  }
  const found = live?.recommended
    .get(region)
    ?.find(
      ({ choice }) =>
        choice.family === family &&
        choice.arch === arch &&
        choice.kubernetesVersion === kubernetesVersion,
    )
  const releases = releasesOf(family, kubernetesVersion)
  const newest = live === undefined ? releases[0]?.releaseVersion : found?.releaseVersion
  const named = releaseVersion === 'latest' ? newest : releaseVersion
  return {
    ...users,
    kubernetesVersion,
    family,
    arch,
    wanted: releaseVersion,
    imageId: found?.imageId,
    newest,
    age: named === undefined ? undefined : releaseAge(named, releases, newest),
  }
}
