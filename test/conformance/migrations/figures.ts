/** What a comparison measured, one line per world, for the one who runs the suite. Test support. */

import { appendFileSync } from 'node:fs'
import type { WorldSpec } from '../../../src/twin/build/world-spec.ts'
import { actsOf, evictionOrders, evictionSeconds, moveSeconds, objectsOf } from './comparison.ts'
import type { MigrationRun } from './real-migration.ts'

/** The real run, the twin's, and the world that both began with. */
export interface Sides {
  readonly name: string
  readonly real: MigrationRun
  readonly twin: MigrationRun
  readonly world: WorldSpec
}

/** Appends the line to the file that `MIGRATION_FIGURES` names; nothing without it. */
export function noteFigures({ name, real, twin, world }: Sides): void {
  const path = process.env.MIGRATION_FIGURES
  if (path === undefined) return
  const [ours, theirs] = [actsOf(real, world), actsOf(twin, world)]
  const [realOrders, twinOrders] = [evictionOrders(ours, world), evictionOrders(theirs, world)]
  const orders = Object.keys(realOrders)
  const same = orders.filter((key) => `${realOrders[key]}` === `${twinOrders[key]}`)
  const nodes = (run: MigrationRun): number =>
    run.events.reduce(
      (sum, { data }) => sum + (data?.kind === 'scale-up' ? Number(data.count) : 0),
      0,
    )
  // What is blocked terminates nothing.
  const isWhole = objectsOf(ours, 'terminate').length > 0
  const span = isWhole ? 'first cordon to last termination' : 'first eviction to last'
  const spanOf = isWhole ? moveSeconds : evictionSeconds
  const line = [
    `${name}: ${real.report.result}, ${real.report.pods.moved} pods moved (twin ${twin.report.pods.moved})`,
    `evictions of ${same.length} of ${orders.length} budgets in the same order`,
    `${nodes(real)} nodes launched (twin ${nodes(twin)})`,
    `${span} ${seconds(spanOf(real))} (twin ${seconds(spanOf(twin))})`,
    `all ${seconds(real.report.seconds)} (twin ${seconds(twin.report.seconds)})`,
    `${seconds(real.wallSeconds)} of wall time`,
  ]
  appendFileSync(path, `${line.join('; ')}\n${blockersText(real, twin)}`)
}

/** What only the real run is blocked on, a line each: else nobody would know why the two ended otherwise. */
function blockersText(real: MigrationRun, twin: MigrationRun): string {
  if (real.report.result === twin.report.result) return ''
  const lines = real.report.blocked.map(
    ({ code, object, reason }) => `  ${code} ${object}: ${reason}\n`,
  )
  const last = real.events.slice(-40).map(({ atMs, message, object, type }) => {
    const at = new Date(atMs).toISOString().slice(5, 19)
    return `  ${at} ${type} ${object}: ${message}\n`
  })
  return [...lines, ...last].join('')
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`
}
