// One world in a process of its own, so that its memory is its own: report and figures as JSON.
import {
  loadFleet,
  rehearseMigration,
  scenarioFleetYaml,
  scenarioWorld,
} from '../dist/src/index.js'

const [world] = process.argv.slice(2)
const startedMs = performance.now()
const { desired } = loadFleet({ file: `${world}.yaml`, bytes: scenarioFleetYaml(world) })
const report = await rehearseMigration({
  world: scenarioWorld(world),
  fleet: desired,
  seed: '1',
  engine: 'regroup',
})
const wallSeconds = (performance.now() - startedMs) / 1000
const rssMebibytes = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ report, wallSeconds, rssMebibytes }))
