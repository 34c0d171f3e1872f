/** Images, releases and versions as text. Cli layer, pure. */

import type { AmiRelease, ReleaseAge } from '../../nodes/ami-releases.ts'
import type { KubernetesSupport, SupportStatus } from '../../nodes/kubernetes-support.ts'
import type { OwnImage } from '../../observe/images.ts'
import { ageText, tableText } from './table.ts'

/** A version with how it is supported today. */
export type VersionRow = KubernetesSupport & { readonly status: SupportStatus }

/** What one choice of image leads to. */
export interface ImageRow {
  readonly region: string | undefined
  readonly kubernetesVersion: string
  readonly family: string
  readonly arch: string
  /** `latest` or a pinned release. */
  readonly wanted: string
  /** Of the newest release; undefined offline. */
  readonly imageId: string | undefined
  /** Undefined: nothing is published, or the table does not list the family. */
  readonly newest: string | undefined
  readonly age: ReleaseAge | undefined
  /** Clusters that use it; empty outside of a fleet. */
  readonly clusters: readonly string[]
  readonly groupCount: number
}

/** Everything that `amis` found; members that were not asked for are absent. */
export interface AmiReport {
  /** Day of the table of versions; undefined where AWS answered. */
  readonly versionsAsOf?: string | undefined
  readonly versions?: readonly VersionRow[]
  /** Day of the table of releases; undefined where SSM answered. */
  readonly releasesAsOf?: string | undefined
  readonly images?: readonly ImageRow[]
  readonly releases?: readonly AmiRelease[]
  readonly own?: readonly OwnImage[]
}

/** Sections for what is there. */
export function amisText(report: AmiReport): string {
  return [
    report.images === undefined ? '' : imagesText(report.images, report.releasesAsOf),
    report.releases === undefined ? '' : releasesText(report.releases, report.releasesAsOf),
    report.own === undefined ? '' : ownText(report.own),
    report.versions === undefined ? '' : versionsText(report.versions, report.versionsAsOf),
  ]
    .filter((text) => text !== '')
    .join('\n')
}

function imagesText(images: readonly ImageRow[], asOf: string | undefined): string {
  const by = asOf === undefined ? 'by SSM' : `by the table of ${asOf}; --live asks SSM`
  const missing = asOf === undefined ? 'nothing is published' : 'not in the table'
  const rows = images.map((one) => [
    one.region ?? '',
    one.kubernetesVersion,
    one.family,
    one.arch,
    one.wanted === 'latest' ? `latest: ${one.newest ?? missing}` : one.wanted,
    one.age === undefined || one.wanted === 'latest' ? '' : ageText(one.age, asOf),
    one.imageId ?? '',
    usersText(one),
  ])
  const head = ['region', 'version', 'family', 'arch', 'release', 'age', 'newest image', 'used by']
  return `Images, ${by}\n${tableText(withoutEmptyColumns([head, ...rows]))}`
}

/** Columns that no row fills are left out. */
function withoutEmptyColumns(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const isFilled = (rows[0] ?? []).map((_, column) =>
    rows.slice(1).some((row) => (row[column] ?? '') !== ''),
  )
  return rows.map((row) => row.filter((_, column) => isFilled[column] === true))
}

const clustersShownMax = 4

function usersText({ clusters, groupCount }: ImageRow): string {
  if (clusters.length === 0) return ''
  const shown = clusters.slice(0, clustersShownMax).join(', ')
  const more =
    clusters.length > clustersShownMax ? `, ${clusters.length - clustersShownMax} more` : ''
  return `${shown}${more} (${groupCount} ${groupCount === 1 ? 'group' : 'groups'})`
}

function releasesText(releases: readonly AmiRelease[], asOf: string | undefined): string {
  const [newest] = releases
  const rows = releases.map((one, index) => {
    const days = (Date.parse(newest?.date ?? '') - Date.parse(one.date)) / dayMs
    const behind = index === 0 ? 'newest' : `${index} and ${Math.round(days)} days behind`
    return [one.releaseVersion, `kubelet ${one.kubeletVersion}`, behind]
  })
  const by = asOf === undefined ? '' : `, by the table of ${asOf}`
  return `Releases${by}\n${rows.length === 0 ? '  (none)\n' : tableText(rows)}`
}

const dayMs = 86_400_000

function ownText(images: readonly OwnImage[]): string {
  const rows = images.map((one) => [
    one.imageId,
    one.name,
    one.arch,
    one.created,
    one.state,
    one.deprecated === undefined ? '' : `deprecated from ${one.deprecated} on`,
  ])
  return `Images by DescribeImages, newest first\n${rows.length === 0 ? '  (none)\n' : tableText(rows)}`
}

function versionsText(versions: readonly VersionRow[], asOf: string | undefined): string {
  const by = asOf === undefined ? 'by EKS' : `by the table of ${asOf}; --live asks EKS`
  const rows = versions.map((one) => [
    one.version,
    one.status,
    one.releaseDate ?? '?',
    one.endOfStandardSupport ?? '?',
    one.endOfExtendedSupport ?? '?',
    one.isVerified ? '' : 'not verified',
  ])
  const head = ['version', 'today', 'released', 'standard until', 'extended until', '']
  return `Kubernetes on EKS, ${by}\n${tableText([head, ...rows])}`
}
