/** What a comparison measured, one line per world, for the one who runs the suite. Test support. */

import { appendFileSync } from 'node:fs'
import type { WorldSpec } from '../../../src/twin/build/world-spec.ts'
import { actsOf, evictionOrders, moveSeconds } from './comparison.ts'
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
  const line = [
    `${name}: ${real.report.result}, ${real.report.pods.moved} pods moved (twin ${twin.report.pods.moved})`,
    `evictions of ${same.length} of ${orders.length} budgets in the same order`,
    `${nodes(real)} nodes launched (twin ${nodes(twin)})`,
    `first cordon to last termination ${seconds(moveSeconds(real))} (twin ${seconds(moveSeconds(twin))})`,
    `all ${seconds(real.report.seconds)} (twin ${seconds(twin.report.seconds)})`,
    `${seconds(real.wallSeconds)} of wall time`,
  ]
  appendFileSync(path, `${line.join('; ')}\n`)
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`
}
