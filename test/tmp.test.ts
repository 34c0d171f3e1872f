import { it } from 'vitest'
import { scenarioWorld, scenarioNames } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { rehearseMigration } from '../src/run/rehearse.ts'
it('migrates', async () => {
  const names = process.env['SC'] ? process.env['SC'].split(',') : scenarioNames
  for (const name of names) {
    const t0 = performance.now()
    const { desired } = loadFleet({ file: 'x', bytes: scenarioFleetYaml(name)! })
    try {
      const r = await rehearseMigration({ world: scenarioWorld(name)!, fleet: desired!, seed: '1', engine: (process.env['ENGINE'] ?? 'regroup') as 'regroup', onEvent: (e) => { if (process.env['LOG'] && e.type !== 'pod') console.log(e.seconds.toFixed(0), e.type, e.object, e.message) } })
      console.log(name, r.result, r.message ?? '', 'blocked', r.blocked.length, JSON.stringify(r.blocked.reduce((a: any, b) => ({ ...a, [b.code]: (a[b.code] ?? 0) + 1 }), {})), 'v', r.virtualSeconds, 'mk', r.makespanSeconds, 'lb', r.lowerBoundSeconds, 'calls', JSON.stringify(r.calls), JSON.stringify(r.pods), JSON.stringify(r.nodes), 'broken', r.invariants.broken.length, JSON.stringify(r.invariants.broken.slice(0,2)), 'old', r.oldGroupsRemaining.length, 'wall', (performance.now() - t0).toFixed(0))
    } catch (e) { console.log(name, 'ERR', String((e as Error).stack).slice(0, 1800), 'wall', (performance.now() - t0).toFixed(0)) }
  }
}, 900_000)
