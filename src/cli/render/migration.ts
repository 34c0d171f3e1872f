/** The report of a real migration, and of a look at one, as text. Cli layer, pure. */

import type { Decision } from '../../decide/decision.ts'
import { reportedBlockers } from '../../run/blocked.ts'
import type { MigrationReport } from '../../run/migrate-cluster.ts'
import { blockedText } from './blocked.ts'
import { durationText, groupedText } from './duration.ts'

/** Objects listed before the rest is counted. */
const listedMax = 48

/** What a run did and what is left. */
export function migrationText(report: MigrationReport): string {
  const { blocked, calls, message, oldGroupsRemaining, pods, result, seconds, stages } = report
  const left = stages.filter((one) => !one.done).map((one) => one.stage)
  const rows: readonly (readonly [string, string])[] = [
    ['cluster', report.cluster],
    ['result', message === undefined ? result : `${result}: ${message}`],
    ['time', durationText(seconds)],
    ['evictions', `${pods.evictionsSent} sent, ${pods.evictionsRefused} refused`],
    ['calls', `${groupedText(calls.aws)} AWS, ${groupedText(calls.kubernetes)} Kubernetes`],
    ['not done', stages.length === 0 ? 'unknown' : left.join(', ') || 'nothing'],
    ['old groups left', oldGroupsRemaining.join(', ') || 'none'],
  ]
  return `${tableText(rows)}${blockedText(blocked)}`
}

/** What would be done next; nothing was. */
export function decisionText(decision: Decision): string {
  const { actions, blockers, progress, waits } = decision
  const stages = progress
    .filter((one) => one.totalCount > 0)
    .map(({ doneCount, stage, totalCount }): [string, string] => [
      stage,
      `${doneCount}/${totalCount}`,
    ])
  const steps = listed(actions.map((one) => `  ${one.kind}  ${one.object}: ${one.reason}\n`))
  const waiting = listed(waits.map((one) => `  ${one.message}\n`))
  return [
    'nothing was changed; this is where the migration stands and what it would do next\n',
    tableText(stages),
    actions.length === 0 ? '' : `\nnext steps (${actions.length}):\n${steps}`,
    waits.length === 0 ? '' : `\nwaiting for:\n${waiting}`,
    blockedText(reportedBlockers(blockers)),
    decision.kind === 'settled' ? '\nthere is nothing left to do\n' : '',
  ].join('')
}

function listed(lines: readonly string[]): string {
  const more = lines.length - listedMax
  return lines.slice(0, listedMax).join('') + (more > 0 ? `  and ${more} more\n` : '')
}

function tableText(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, value]) => `  ${name.padEnd(16)}${value}\n`).join('')
}
