/** The groups that `explain` looks at: in a file, changed, or in AWS. Cli layer. */

import { existsSync } from 'node:fs'
import { findingCodes } from '../../check/finding-doc.ts'
import type { DesiredFleet } from '../../fleet/desired.ts'
import { findGroup } from '../../fleet/find-group.ts'
import { nodeSourceOf, type WhereSource } from '../../fleet/node-source.ts'
import { alignedWith } from '../../nodes/effective/aligned-source.ts'
import { changeableKeys, withChange } from '../../nodes/effective/changed-source.ts'
import type { NodeSource } from '../../nodes/effective/node-source.ts'
import { nearest } from '../../world/documents/nearest.ts'
import { exitCode } from '../exit-code.ts'
import { readFleet } from '../fleet-file.ts'
import { Problem } from '../problem.ts'
import type { ExplainFlags } from './explain.ts'

/** One side of a comparison. */
export interface Side {
  /** `fleet.yaml`, `live`, `fleet.yaml with amiFamily=Bottlerocket`. */
  readonly name: string
  readonly source: NodeSource
  /** What SSM recommends now, where somebody asked. */
  readonly newestRelease?: string
  /** Sentences on what does not come along. */
  readonly losses: readonly string[]
}

/** What the command looks at first: the file's group, or with --live AWS's. @throws Problem */
export async function firstSide(
  name: string,
  flags: ExplainFlags,
  say: (text: string) => void,
): Promise<Side> {
  if (flags.live === true && flags.diff !== true) return liveSide(name, flags, say)
  return fileSide(name, flags.file)
}

/** What the first side is compared with. @throws Problem */
export async function secondSide(
  first: Side,
  name: string,
  flags: ExplainFlags,
  say: (text: string) => void,
): Promise<Side> {
  const { diff } = flags
  if (typeof diff !== 'string') {
    if (flags.live === true) return liveSide(name, flags, say)
    const remedy = `Give KEY=VALUE with one of ${changeableKeys.join(', ')}, a fleet file, or --live.`
    throw new Problem('--diff against what?', remedy, { code: exitCode.usage })
  }
  if (!diff.includes('=') || existsSync(diff)) return fileSide(name, diff)
  return { ...first, name: `${first.name} with ${diff}`, ...changed(first.source, diff) }
}

/** The file's group with what only AWS knows taken from the live one. @throws Problem */
export function alignedSide(name: string, file: string | undefined, live: Side): Side {
  const { cluster: facts, zone } = live.source
  const side = fileSide(name, file, { facts, zone })
  return { ...side, source: alignedWith(side.source, live.source, live.newestRelease) }
}

/** @throws Problem with the nearest names. */
function fileSide(name: string, file: string | undefined, where: WhereSource = {}): Side {
  if (file === undefined) {
    const near = nearest(name, findingCodes())
    const hint = near === undefined ? '' : `Did you mean the code ${near}? `
    const remedy = `${hint}Give the fleet file of a group with -f, or read it from AWS with --live.`
    throw new Problem(`where is ${name} described?`, remedy, { code: exitCode.usage })
  }
  const found = findGroup(readFleet(file), name)
  if ('group' in found) {
    const zone = found.zone ?? where.zone
    const source = nodeSourceOf(found.group, found.cluster, { ...where, zone })
    return { name: file, source, losses: [] }
  }
  const shown = found.names.map((one) => `\n      ${one}`).join('')
  const remedy = found.names.length === 0 ? `${file} has none.` : `Choose one of:${shown}`
  throw new Problem(`${file}: ${found.reason}`, remedy, { code: exitCode.findings })
}

/** Several changes with commas between them. */
function changed(source: NodeSource, text: string): Pick<Side, 'losses' | 'source'> {
  let result: Pick<Side, 'losses' | 'source'> = { source, losses: [] }
  for (const one of text.split(',')) {
    const at = one.indexOf('=')
    const word = one.slice(0, Math.max(0, at))
    const key = changeableKeys.find((known) => known === word)
    if (key === undefined) {
      const near = nearest(word, changeableKeys)
      const hint = near === undefined ? '' : `Did you mean ${near}? `
      const remedy = `${hint}Use one of ${changeableKeys.join(', ')}.`
      throw new Problem(`--diff cannot change ${word || one}`, remedy, { code: exitCode.usage })
    }
    const next = withChange(result.source, key, one.slice(at + 1))
    if (typeof next === 'string') throw new Problem(next, '', { code: exitCode.usage })
    result = { source: next.source, losses: [...result.losses, ...next.losses] }
  }
  return result
}

/** Loads the SDK. @throws Problem for a name or Region that is missing. */
async function liveSide(
  name: string,
  flags: ExplainFlags,
  say: (text: string) => void,
): Promise<Side> {
  const fleet = flags.file === undefined ? undefined : readFleet(flags.file)
  const [clusterName, nodeGroupName] = liveNames(name, fleet)
  const region = flags.region ?? fleet?.clusters.find((one) => one.name === clusterName)?.region
  if (region === undefined) {
    const remedy = 'Give --region, or the fleet file of the cluster with -f.'
    throw new Problem(`in which Region is ${clusterName}?`, remedy, { code: exitCode.usage })
  }
  const { readLiveGroup } = await import('./explain-live.ts')
  const target = { clusterName, nodeGroupName, region }
  const { newestRelease, source } = await readLiveGroup(target, flags, say)
  const newest = newestRelease === undefined ? {} : { newestRelease }
  return { name: 'live', source, ...newest, losses: [] }
}

function liveNames(name: string, fleet: DesiredFleet | undefined): readonly [string, string] {
  const slash = name.indexOf('/')
  if (slash >= 0) return [name.slice(0, slash), name.slice(slash + 1)]
  const found = fleet === undefined ? undefined : findGroup(fleet, name)
  if (found !== undefined && 'group' in found) return [found.cluster.name, name]
  const remedy = 'Give CLUSTER/GROUP.'
  throw new Problem(`in which cluster is ${name}?`, remedy, { code: exitCode.usage })
}
