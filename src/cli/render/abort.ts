/** The report of an aborted migration as text. Cli layer, pure. */

import type { AbortReport } from '../../run/abort-cluster.ts'
import { blockedText } from './blocked.ts'
import { durationText, groupedText } from './duration.ts'

/** Nodes listed before the rest is counted. */
const nodesMax = 48

/** What was taken back, what stays, and how it is removed. */
export function abortText(report: AbortReport): string {
  const { blocked, calls, groups, message, nodes, prioritiesRestored, result, seconds } = report
  const isNothing = groups.length + nodes.length === 0 && !prioritiesRestored
  const rows: readonly (readonly [string, string])[] = [
    ['cluster', report.cluster],
    ['result', message === undefined ? result : `${result}: ${message}`],
    ['time', durationText(seconds)],
    ['calls', `${groupedText(calls.aws)} AWS, ${groupedText(calls.kubernetes)} Kubernetes`],
    ['taken back', isNothing ? 'nothing: no mark, fence or map of a migration was left' : ''],
  ]
  const head = rows.map(([name, value]) => `  ${name.padEnd(16)}${value}`.trimEnd()).join('\n')
  return `${head}\n${deedsText(report)}${standingText(report)}${blockedText(blocked)}`
}

function deedsText({ groups, nodes, prioritiesRestored }: AbortReport): string {
  const more = nodes.length - nodesMax
  return [
    ...groups.map(({ name, sizes }) => `    group ${name}: ${sizes}\n`),
    ...nodes.slice(0, nodesMax).map((name) => `    node ${name}\n`),
    more > 0 ? `    and ${more} more nodes\n` : '',
    prioritiesRestored ? '    the map of the priority expander\n' : '',
  ].join('')
}

function standingText({ standing }: AbortReport): string {
  const { cautions, commands, nodeGroups } = standing
  if (nodeGroups.length === 0) return ''
  return [
    `\nleft standing: ${nodeGroups.join(', ')}\n`,
    'pods that were moved run on them, and go on doing so. To remove them, once the old groups have room again:\n',
    ...commands.map((command) => `  $ ${command}\n`),
    ...cautions.map((caution) => `${caution}\n`),
  ].join('')
}
