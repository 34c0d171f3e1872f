/** Published AMI releases of Amazon Linux, and how far behind one is. Nodes layer, data and pure. */

import table from '../../data/eks-ami-releases.json' with { type: 'json' }
import type { AmiFamily } from './ami-parameters.ts'

type Row = readonly [string, string, string, string, readonly string[]]

const shortNames: Readonly<Partial<Record<AmiFamily, string>>> = {
  AmazonLinux2: 'AL2',
  AmazonLinux2023: 'AL2023',
}

/** One release of a family for one minor. */
export interface AmiRelease {
  /** e.g. `1.35.6-20260714`, as EKS takes it. */
  readonly releaseVersion: string
  /** e.g. `1.35.6`. */
  readonly kubeletVersion: string
  /** Day of the build, `YYYY-MM-DD`. */
  readonly date: string
}

/** How old a release is, measured in the table: no clock is read. */
export interface ReleaseAge {
  readonly newest: AmiRelease
  /** Releases of the same family and minor after it; 0 = the newest. */
  readonly behindCount: number
  /** Days between the two builds. */
  readonly behindDays: number
  /** False when the table does not list the release itself: it may be newer than the table. */
  readonly isListed: boolean
}

/** Day of the newest entry that the table can have, `YYYY-MM-DD`. */
export const releaseTableAsOf: string = table.asOf

/** Newest first; empty for families that the table does not list, and for minors without images. */
export function releasesOf(family: AmiFamily, kubernetesVersion: string): readonly AmiRelease[] {
  const short = shortNames[family]
  if (short === undefined) return []
  return (table.rows as unknown as readonly Row[])
    .filter((row) => row[1] === kubernetesVersion && row[4].includes(short))
    .map(([, , releaseVersion, kubeletVersion]) => ({
      releaseVersion,
      kubeletVersion,
      date: releaseDate(releaseVersion) ?? '',
    }))
}

/** `2026-07-14` of `1.35.6-20260714`; undefined for other forms, Bottlerocket's among them. */
export function releaseDate(releaseVersion: string): string | undefined {
  const digits = /-v?(\d{4})(\d{2})(\d{2})$/.exec(releaseVersion)
  return digits === null ? undefined : digits.slice(1).join('-')
}

/**
 * `newestVersion` is what SSM names now, where somebody asked; else the newest of the table counts.
 * Undefined when neither is known, or when the release has no date.
 */
export function releaseAge(
  release: string,
  releases: readonly AmiRelease[],
  newestVersion?: string,
): ReleaseAge | undefined {
  const newest = newestOf(releases, newestVersion)
  const date = releaseDate(release)
  if (newest === undefined || date === undefined) return undefined
  const later = new Set(
    [...releases, newest]
      .filter((one) => one.date > date && one.date <= newest.date)
      .map((one) => one.releaseVersion),
  )
  const days = (Date.parse(newest.date) - Date.parse(date)) / dayMs
  return {
    newest,
    behindCount: later.size,
    behindDays: Math.max(0, Math.round(days)),
    isListed: releases.some((one) => one.releaseVersion === release),
  }
}

const dayMs = 86_400_000

function newestOf(
  releases: readonly AmiRelease[],
  version: string | undefined,
): AmiRelease | undefined {
  if (version === undefined) return releases[0]
  const date = releaseDate(version)
  if (date === undefined) return undefined
  const kubeletVersion = version.slice(0, version.indexOf('-'))
  return { releaseVersion: version, kubeletVersion, date }
}
