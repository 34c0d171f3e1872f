// One rehearsal as text, report and events: for comparing runs and Node versions. Usage: same-bytes.mjs WORLD
import { createHash } from 'node:crypto'
import {
  loadFleet,
  rehearseMigration,
  scenarioFleetYaml,
  scenarioWorld,
} from '../dist/src/index.js'

const [world] = process.argv.slice(2)
const { desired } = loadFleet({ file: `${world}.yaml`, bytes: scenarioFleetYaml(world) })
const lines = []
const report = await rehearseMigration({
  world: scenarioWorld(world),
  fleet: desired,
  seed: '1',
  engine: 'regroup',
  onEvent: (event) => lines.push(JSON.stringify(event)),
})
lines.push(JSON.stringify(report))
const digest = createHash('sha256').update(lines.join('\n')).digest('hex')
console.log(`${world} ${lines.length} lines ${digest}`)
