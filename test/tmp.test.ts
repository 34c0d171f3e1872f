import { it } from 'vitest'
import { buildTwin } from '../src/twin/twin.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { targetOf } from '../src/decide/target-of.ts'
import { readTargetFacts } from '../src/observe/target-facts.ts'
import { runMigration } from '../src/run/migrate.ts'
it('migrates', async () => {
  const names = (process.env['SC'] ?? 'starter').split(',')
  for (const name of names) {
    const t0 = performance.now()
    const twin = buildTwin(scenarioWorld(name)!, { seed: '1' })
    const { desired, findings } = loadFleet({ file: 'x', bytes: scenarioFleetYaml(name)! })
    if (!desired) { console.log(findings); continue }
    const client = twin.connect('regroup')
    const start = twin.kernel.nowMs()
    const log = process.env['LOG'] !== undefined
    const work = (async () => {
      const target = targetOf(desired.clusters[0]!, await readTargetFacts(client.aws, desired.clusters[0]!))
      return runMigration({ aws: client.aws, kube: client.kube(name), clock: client.clock, target, holder: 'a', emit: (e) => { if (log && e.type !== 'pod') console.log(((twin.kernel.nowMs()-start)/1000).toFixed(1), e.type, e.message) } })
    })()
    try {
      const outcome = await twin.kernel.runUntil(work, { virtualMsMax: 10*86400_000, eventsMax: 20_000_000 })
      console.log(name, JSON.stringify(outcome).slice(0, 1500), 'virtual', ((twin.kernel.nowMs()-start)/1000).toFixed(0), 'wall', (performance.now()-t0).toFixed(0), client.session.calls, 'groups', [...twin.account.groups.keys()].filter(g=>!g.startsWith('eks-')), 'events', twin.kernel.eventCount)
    } catch (e) { console.log(name, 'ERR', e, ((twin.kernel.nowMs()-start)/1000).toFixed(0)); console.log(twin.kernel.journal.entries().slice(-15)) }
  }
}, 600_000)
