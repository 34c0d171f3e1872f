/** The report of a rehearsal, and two of them side by side. Cli layer, pure. */

import type { RehearsalReport } from '../../run/report.ts'
import { durationText } from './duration.ts'

/** Objects listed per code before the rest is counted. */
const listedMax = 12

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
      `${pods.moved} moved, ${pods.lost} lost, ${pods.pendingSeconds} pod-seconds without a place`,
    ],
    ['evictions', `${pods.evictionsSent} sent, ${pods.evictionsRefused} refused`],
    ['least Ready', `${Math.round(pods.leastHealthyShare * 100)} % ${pods.leastHealthyObject}`],
    ['nodes', `${nodes.created} created, ${nodes.removed} removed`],
    ['safety rules', `${invariants.broken.length} broken in ${invariants.checked} checks`],
    ['calls', `${calls.aws} AWS, ${calls.kubernetes} Kubernetes`],
    [
      'old groups left',
      report.oldGroupsRemaining.length === 0 ? 'none' : report.oldGroupsRemaining.join(', '),
    ],
  ]
  const table = rows.map(([name, value]) => `  ${name.padEnd(16)}${value}\n`).join('')
  return `${table}${blockedText(report)}${brokenText(report)}`
}

function blockedText({ blocked }: RehearsalReport): string {
  if (blocked.length === 0) return ''
  const shown = blocked.slice(0, listedMax * 4)
  const lines = shown.map(
    ({ code, object, reason, remedy }) => `  ${code}  ${object} ${reason}\n      ${remedy}\n`,
  )
  const more =
    blocked.length > shown.length
      ? `  and ${blocked.length - shown.length} more (-o json lists all)\n`
      : ''
  return `\nblocked (${blocked.length}):\n${lines.join('')}${more}`
}

function brokenText({ invariants }: RehearsalReport): string {
  const { broken } = invariants
  if (broken.length === 0) return ''
  const byRule = new Map<string, { objects: number; example: string }>()
  for (const { message, name, number, object } of broken) {
    const key = `${String(number).padStart(2)} ${name}`
    const known = byRule.get(key)
    if (known === undefined) byRule.set(key, { objects: 1, example: `${object} ${message}` })
    else known.objects += 1
  }
  const lines = [...byRule].map(
    ([rule, { example, objects }]) =>
      `  ${rule.padEnd(24)}${String(objects).padStart(4)}x  e.g. ${example}\n`,
  )
  return `\nbroken safety rules:\n${lines.join('')}`
}

/** Two runs of the same world and seed. */
export function comparisonText(ours: RehearsalReport, theirs: RehearsalReport): string {
  const rows: readonly (readonly [string, (report: RehearsalReport) => string])[] = [
    ['result', (one) => one.result],
    ['safety rules broken', (one) => String(one.invariants.broken.length)],
    ['pod-seconds without a place', (one) => String(one.pods.pendingSeconds)],
    ['pods killed or lost', (one) => String(one.pods.lost)],
    ['least Ready replicas', (one) => `${Math.round(one.pods.leastHealthyShare * 100)} %`],
    ['evictions refused', (one) => String(one.pods.evictionsRefused)],
    ['moving pods took', (one) => durationText(one.makespanSeconds)],
    ['Kubernetes calls', (one) => String(one.calls.kubernetes)],
  ]
  const head = `  ${''.padEnd(30)}${'regroup'.padStart(14)}${'kubectl drain'.padStart(16)}\n`
  const lines = rows.map(
    ([name, pick]) =>
      `  ${name.padEnd(30)}${pick(ours).padStart(14)}${pick(theirs).padStart(16)}\n`,
  )
  return head + lines.join('')
}
