/** The same migration on the twin alone, in virtual time. Test support. */

import type { DesiredFleet } from '../../../src/fleet/desired.ts'
import type { EndState } from '../../../src/run/end-state.ts'
import type { RunEvent } from '../../../src/run/events.ts'
import { rehearseMigration } from '../../../src/run/rehearse.ts'
import type { WorldSpec } from '../../../src/twin/build/world-spec.ts'
import { assert } from '../../../src/world/assert.ts'
import type { MigrationRun } from './real-migration.ts'

/** Under the judge: the first broken rule ends it with an error. */
export async function twinMigration(world: WorldSpec, fleet: DesiredFleet): Promise<MigrationRun> {
  const startedMs = performance.now()
  const events: RunEvent[] = []
  let end: EndState | undefined
  const report = await rehearseMigration({
    world,
    fleet,
    seed: '1',
    engine: 'regroup',
    onEvent: (event) => events.push(event),
    onEnd: (found) => {
      end = found
    },
  })
  assert(end !== undefined, 'a rehearsal tells its end')
  const wallSeconds = (performance.now() - startedMs) / 1000
  return { report: { ...report, seconds: report.virtualSeconds }, events, end, wallSeconds }
}
