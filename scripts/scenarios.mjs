// Migrates scenario worlds on the twin under the judge, then again with the engine killed.
// Options: --cuts N (kills per crash world, default 12), --all (also the five-hundred-node world).
import { parseArgs } from 'node:util'
import {
  loadFleet,
  rehearseMigration,
  scenarioFleetYaml,
  scenarioNames,
  scenarioWorld,
} from '../dist/src/index.js'

const { values } = parseArgs({
  options: { cuts: { type: 'string', default: '12' }, all: { type: 'boolean', default: false } },
})
const slow = new Set(['saas-500'])
const crashWorlds = ['starter']
let failed = 0

function rehearse(name, crashAt) {
  const { desired } = loadFleet({ file: `${name}.yaml`, bytes: scenarioFleetYaml(name) })
  return rehearseMigration({
    world: scenarioWorld(name),
    fleet: desired,
    seed: '1',
    engine: 'regroup',
    ...(crashAt === undefined ? {} : { crashAt }),
  })
}

async function check(label, run) {
  const startedMs = performance.now()
  try {
    const report = await run()
    const broken = report.invariants.broken.length
    const isOk =
      broken === 0 && report.pods.lost === 0 && ['converged', 'blocked'].includes(report.result)
    if (!isOk) failed += 1
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    console.log(
      `${isOk ? 'ok    ' : 'FAILED'} ${label}: ${report.result}, ${report.pods.moved} pods moved, ${report.blocked.length} blocked, ${broken} rules broken, makespan ${report.makespanSeconds} s, ${seconds} s`,
    )
    return report
  } catch (error) {
    failed += 1
    console.log(`FAILED ${label}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

for (const name of scenarioNames) {
  if (slow.has(name) && !values.all) console.log(`not run ${name}: needs --all`)
  else await check(name, () => rehearse(name))
}
for (const name of crashWorlds) {
  const whole = await rehearse(name)
  const total = whole.calls.aws + whole.calls.kubernetes
  const cuts = Number(values.cuts)
  for (let cut = 1; cut <= cuts; cut += 1) {
    const call = Math.max(1, Math.floor((total * cut) / (cuts + 1)))
    const when = cut % 2 === 0 ? 'after' : 'before'
    const report = await check(`${name}, killed ${when} call ${call} of ${total}`, () =>
      rehearse(name, { call, when }),
    )
    if (
      report !== undefined &&
      (report.result !== whole.result ||
        report.oldGroupsRemaining.length !== whole.oldGroupsRemaining.length)
    ) {
      failed += 1
      console.log(`FAILED ${name}: the killed run ended differently`)
    }
  }
}
process.exitCode = failed === 0 ? 0 : 1
