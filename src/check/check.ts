/** `check` of one file: what it is, its facts, all rules, its waivers. Check layer, pure. */

import { type LoadedFleet, loadFleet } from '../fleet/load-fleet.ts'
import type { AmiFamily } from '../nodes/ami-parameters.ts'
import type { Finding } from '../world/finding.ts'
import type { CheckFinding } from './check-finding.ts'
import { type ReadInput, readInput } from './inputs/read-input.ts'
import type { LiveFacts } from './live/live-facts.ts'
import { factsWithLive, fleetFactsWithLive, liveFindings } from './live/live-input.ts'
import { rules } from './rules/rules.ts'
import { runRules } from './run-rules.ts'
import { waived } from './waivers.ts'

/** A file as it is read; `file` is only a name for positions. */
export interface CheckInput {
  readonly file: string
  readonly bytes: Uint8Array | string
}

/** What the caller knows beside the file. */
export interface CheckOptions {
  /** UTC day, `2026-11-26`. */
  readonly today: string
  /** Of user data and templates that do not say it. */
  readonly amiFamily?: AmiFamily
  /** What AWS and a cluster say; undefined for one that was not asked for. Absent = files alone. */
  readonly liveOf?: LiveOf
}

/** By name and Region, as far as the file says them. */
export type LiveOf = (name: string | undefined, region: string | undefined) => LiveFacts | undefined

/** All findings in order of position; those of waivers are marked. Never throws for what is in the file. */
export function check(input: CheckInput, options: CheckOptions): readonly CheckFinding[] {
  const read = readInput(input, options.amiFamily)
  return sorted(findingsOf(input, read, options))
}

function findingsOf(
  input: CheckInput,
  read: ReadInput,
  options: CheckOptions,
): readonly CheckFinding[] {
  if ('findings' in read) return read.findings.map(plain)
  const { liveOf, today } = options
  if (read.kind === 'facts') {
    const facts = factsWithLive(read.facts, ({ name }) => liveOf?.(name, undefined))
    return [...runRules(facts, { rules, today }), ...liveFindings(facts, options)]
  }
  const loaded = loadFleet(input)
  const found = [...loaded.findings.map(plain), ...ruleFindings(input.file, loaded, options)]
  return waived(found, loaded.waivers, today)
}

function plain(finding: Finding): CheckFinding {
  return { ...finding, groups: [] }
}

/** Rules whose faults the loader of fleet files tells under codes of its own. */
const toldByFleet: ReadonlySet<string> = new Set([
  'AMI-4',
  'AMI-6',
  'AMI-7',
  'LBL-1',
  'NAM-1',
  'SCL-1',
  'SCL-4',
  'UD-11',
  'UD-12',
])

/** Codes of the loader for what a rule says again at the same place. */
const sameFault: Readonly<Record<string, readonly string[]>> = {
  'LBL-2': ['fleet/invalid-label', 'fleet/reserved-label'],
  'UD-10': ['fleet/kubelet-refuses', 'fleet/node-config'],
  'UD-18': ['fleet/kubelet-refuses'],
}

/** Faults of groups; where parts of the file are broken, only those at values which stand in it. */
function ruleFindings(
  file: string,
  { expanded = [], findings }: LoadedFleet,
  options: CheckOptions,
): readonly CheckFinding[] {
  const facts = fleetFactsWithLive(file, expanded, options.liveOf)
  const isBroken = findings.some(({ code, severity }) => severity === 'error' && isShape(code))
  const starts = new Set(
    expanded.flatMap(({ location, nodeGroups }) => [
      placeText(location),
      ...nodeGroups.map((group) => placeText(group.location)),
    ]),
  )
  const told = new Map(findings.map((one) => [`${one.code} ${placeText(one.location)}`, one]))
  const others = rules.filter(({ id }) => !toldByFleet.has(id))
  const found = runRules(facts, { rules: others, today: options.today })
    .filter((one) => !isBroken || !starts.has(placeText(one.location)))
    .filter(({ code, location }) =>
      (sameFault[code] ?? []).every((other) => !told.has(`${other} ${placeText(location)}`)),
    )
  return [...found, ...liveFindings(facts, options)]
}

/** Codes of a part that was left out, so that a default stands in its place. */
function isShape(code: string): boolean {
  return /^fleet\/(?:unknown-key|missing-key|unknown-value|wrong-type|out-of-range|invalid-value)$/.test(
    code,
  )
}

function placeText(location: Finding['location']): string {
  return location === undefined ? '' : `${location.line}:${location.column}`
}

function sorted(findings: readonly CheckFinding[]): readonly CheckFinding[] {
  const line = (one: CheckFinding): number => one.location?.line ?? 0
  const column = (one: CheckFinding): number => one.location?.column ?? 0
  return [...findings].sort((a, b) => line(a) - line(b) || column(a) - column(b))
}
