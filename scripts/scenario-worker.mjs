// One thread of the scenario runner: whole runs and crash cuts, one message in, one out.
import { parentPort } from 'node:worker_threads'
import {
  crashCut,
  loadFleet,
  rehearseMigration,
  scenarioFleetYaml,
  scenarioWorld,
  wholeRun,
} from '../dist/src/index.js'

const optionsByWorld = new Map()
const wholeByWorld = new Map()

function optionsOf(world) {
  let options = optionsByWorld.get(world)
  if (options === undefined) {
    const { desired } = loadFleet({ file: `${world}.yaml`, bytes: scenarioFleetYaml(world) })
    options = { world: scenarioWorld(world), fleet: desired, seed: '1', engine: 'regroup' }
    optionsByWorld.set(world, options)
  }
  return options
}

async function wholeOf(world) {
  let whole = wholeByWorld.get(world)
  if (whole === undefined) {
    whole = await wholeRun(optionsOf(world))
    wholeByWorld.set(world, whole)
  }
  return whole
}

async function answer({ cuts, kind, world }) {
  if (kind === 'run') return { report: await rehearseMigration(optionsOf(world)) }
  if (kind === 'whole') return wholeOf(world)
  const whole = await wholeOf(world)
  const results = []
  for (const cut of cuts) results.push({ cut, ...(await crashCut(optionsOf(world), cut, whole)) })
  return { results }
}

parentPort.on('message', async (task) => {
  try {
    parentPort.postMessage(await answer(task))
  } catch (error) {
    parentPort.postMessage({ error: error instanceof Error ? error.message : String(error) })
  }
})
