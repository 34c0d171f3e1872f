/** The report of a rehearsal, and two of them side by side. Cli layer, pure. */

import type { RehearsalReport } from '../../run/report.ts'
import { allInvariants } from '../../twin/judge/all.ts'
import { breachesKeptMax } from '../../twin/judge/judge.ts'
import { blockedText } from './blocked.ts'
import { durationText, groupedText } from './duration.ts'
import { shortNames } from './short-names.ts'

const ruleCount = allInvariants(() => undefined).length
/** Characters of an example. */
const exampleCharsMax = 110

/** The report as text. */
export function reportText(report: RehearsalReport): string {
  const { calls, invariants, nodes, pods } = report
  const rows: readonly (readonly [string, string])[] = [
    [
      'result',
      report.message === undefined ? report.result : `${report.result}: ${report.message}`,
    ],
    ['virtual time', durationText(report.virtualSeconds)],
    [
      'moving pods',
      `${durationText(report.makespanSeconds)} (no schedule can beat ${durationText(report.lowerBoundSeconds)})`,
    ],
    [
      'pods',
      `${groupedText(pods.moved)} moved, ${pods.lost} lost, ${groupedText(pods.pendingSeconds)} pod-seconds without a place`,
    ],
    [
      'evictions',
      `${groupedText(pods.evictionsSent)} sent, ${groupedText(pods.evictionsRefused)} refused`,
    ],
    ['least Ready', leastReadyText(pods)],
    ['nodes', `${nodes.created} created, ${nodes.removed} removed`],
    [
      'safety rules',
      `${brokenRules(report).size} of ${ruleCount} broken in ${groupedText(invariants.checked)} checks`,
    ],
    ['calls', `${groupedText(calls.aws)} AWS, ${groupedText(calls.kubernetes)} Kubernetes`],
    [
      'old groups left',
      report.oldGroupsRemaining.length === 0 ? 'none' : report.oldGroupsRemaining.join(', '),
    ],
  ]
  const table = rows.map(([name, value]) => `  ${name.padEnd(16)}${value}\n`).join('')
  return `${table}${blockedText(report.blocked)}${brokenText(report)}`
}

/** Rules that were broken, with the number of objects and the first of them. */
function brokenRules({
  invariants,
}: RehearsalReport): ReadonlyMap<string, { count: number; example: string }> {
  const rules = new Map<string, { count: number; example: string }>()
  for (const { message, name, number, object } of invariants.broken) {
    const key = `${String(number).padStart(2)} ${name}`
    const known = rules.get(key)
    if (known === undefined) rules.set(key, { count: 1, example: `${object} ${message}` })
    else known.count += 1
  }
  return rules
}

function brokenText(report: RehearsalReport): string {
  const rules = brokenRules(report)
  if (rules.size === 0) return ''
  const lines = [...rules].map(
    ([rule, { count, example }]) =>
      `  ${rule.padEnd(25)}${String(count).padStart(4)}x  ${cut(shortNames(example))}\n`,
  )
  const isCut = report.invariants.broken.length >= breachesKeptMax
  const note = isCut ? `  (only the first ${breachesKeptMax} cases are kept)\n` : ''
  return `\nbroken safety rules, with the first case of each:\n${lines.join('')}${note}`
}

function cut(text: string): string {
  return text.length <= exampleCharsMax ? text : `${text.slice(0, exampleCharsMax - 3)}...`
}

function leastReadyText({
  leastHealthyObject,
  leastHealthyShare,
}: RehearsalReport['pods']): string {
  const share = `${Math.round(leastHealthyShare * 100)} % of the replicas`
  return leastHealthyObject === '' ? share : `${share} of ${leastHealthyObject}`
}

/** Two runs of the same world and seed. */
export function comparisonText(ours: RehearsalReport, theirs: RehearsalReport): string {
  const rows: readonly (readonly [string, (report: RehearsalReport) => string])[] = [
    ['result', (one) => one.result],
    [`safety rules broken, of ${ruleCount}`, (one) => String(brokenRules(one).size)],
    ['pod-seconds without a place', (one) => groupedText(Math.round(one.pods.pendingSeconds))],
    ['pods lost', (one) => String(one.pods.lost)],
    ['least Ready replicas', (one) => `${Math.round(one.pods.leastHealthyShare * 100)} %`],
    ['evictions refused', (one) => groupedText(one.pods.evictionsRefused)],
    ['first eviction to last old node', (one) => durationText(one.makespanSeconds)],
    ['Kubernetes calls', (one) => groupedText(one.calls.kubernetes)],
  ]
  const head = `  ${''.padEnd(32)}${'Regroup'.padStart(12)}${'by hand'.padStart(12)}\n`
  const lines = rows.map(
    ([name, pick]) =>
      `  ${name.padEnd(32)}${pick(ours).padStart(12)}${pick(theirs).padStart(12)}\n`,
  )
  return head + lines.join('')
}
