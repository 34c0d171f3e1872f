/** The picture of a running migration that is redrawn on a terminal. Cli layer, pure. */

import { clockText, durationText } from './duration.ts'
import type { RunState } from './run-state.ts'
import { shortNames } from './short-names.ts'
import { stageLabels } from './stages.ts'

/** Nodes and waits shown before the rest is counted; node group rows. */
const nodesMax = 6
const waitsMax = 2
const nodeGroupRowsMax = 4
const barWidth = 20

/** Lines of at most `columns - 1` characters. `seed` time is the run's own clock, not the wall's. */
export function liveLines(state: RunState, columns: number): readonly string[] {
  const head = `${clockText(state.seconds).padStart(9)}  ${podsText(state.evictedCount)} moved, ${state.blocked.length} blocked`
  return [
    head,
    ...stageLines(state),
    ...nodeGroupLines(state, columns),
    ...nodeLines(state),
    `  doing    ${state.doingText}`,
    ...waitLines(state),
  ].map((line) => shortNames(line).slice(0, columns - 1))
}

/** Only how far each stage came: what stays on the screen at the end. */
export function stageLines(state: RunState): readonly string[] {
  return Object.entries(stageLabels).flatMap(([stage, label]) => {
    const one = state.stages.get(stage)
    if (one === undefined) return []
    const left = state.secondsLeft(stage)
    const eta = left === undefined ? '' : `  about ${durationText(left)} left`
    const count = `${one.doneCount}/${one.totalCount}`
    return `  ${label.padEnd(14)}${count.padStart(7)}  ${barOf(one.doneCount, one.totalCount)}${eta}`
  })
}

const podsText = (count: number): string => (count === 1 ? '1 pod' : `${count} pods`)

function barOf(doneCount: number, totalCount: number): string {
  const full = totalCount === 0 ? barWidth : Math.round((barWidth * doneCount) / totalCount)
  return '#'.repeat(full) + '.'.repeat(barWidth - full)
}

/** Node groups with the nodes asked for, several to a row. */
function nodeGroupLines(state: RunState, columns: number): readonly string[] {
  const rows: string[] = []
  for (const [name, { addedCount, isReady }] of merged(state)) {
    if (isReady && addedCount === 0) continue
    const text = `${name} ${isReady ? `+${addedCount}` : '(creating)'}`
    const last = rows.at(-1)
    if (last !== undefined && last.length + text.length + 14 < columns) {
      rows[rows.length - 1] = `${last}, ${text}`
    } else rows.push(text)
  }
  const shown = rows.slice(0, nodeGroupRowsMax)
  if (rows.length > shown.length) shown.push('...')
  return shown.map((row, index) => `  ${index === 0 ? 'new nodes' : '         '} ${row}`)
}

/** A node group and its Auto Scaling group are one thing for people. */
function merged(state: RunState): ReadonlyMap<string, { addedCount: number; isReady: boolean }> {
  const all = new Map<string, { addedCount: number; isReady: boolean }>()
  for (const [name, { addedCount, isReady }] of state.nodeGroups) {
    const short = shortNames(name)
    const known = all.get(short)
    all.set(short, {
      addedCount: addedCount + (known?.addedCount ?? 0),
      isReady: isReady || (known?.isReady ?? false),
    })
  }
  return all
}

function nodeLines(state: RunState): readonly string[] {
  const nodes = [...state.nodes]
  const lines = nodes
    .slice(0, nodesMax)
    .map(([name, count]) => `  old node ${name}  ${podsText(count)} moved`)
  const more = nodes.length - lines.length
  return more > 0 ? [...lines, `           and ${more} more being emptied`] : lines
}

function waitLines(state: RunState): readonly string[] {
  const open = [...state.waits.values()].filter(
    ({ untilMs }) => untilMs === undefined || untilMs > state.atMs,
  )
  return open.slice(-waitsMax).map(({ message, untilMs }) => {
    const left =
      untilMs === undefined ? '' : `, ${durationText((untilMs - state.atMs) / 1000)} left`
    return `  waiting  ${message}${left}`
  })
}
