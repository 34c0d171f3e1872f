// Wall time, memory and makespan over the lower bound of every scenario world.
import {
  loadFleet,
  rehearseMigration,
  scenarioFleetYaml,
  scenarioNames,
  scenarioWorld,
} from '../dist/src/index.js'

for (const name of scenarioNames) {
  const { desired } = loadFleet({ file: `${name}.yaml`, bytes: scenarioFleetYaml(name) })
  const startedMs = performance.now()
  try {
    const report = await rehearseMigration({
      world: scenarioWorld(name),
      fleet: desired,
      seed: '1',
      engine: 'regroup',
    })
    const wallSeconds = (performance.now() - startedMs) / 1000
    const rssMebibytes = process.memoryUsage().rss / 2 ** 20
    const ratio = report.makespanSeconds / report.lowerBoundSeconds
    console.log(
      `${name}: ${report.result}, ${wallSeconds.toFixed(1)} s, ${rssMebibytes.toFixed(0)} MiB, makespan ${ratio.toFixed(2)} x lower bound`,
    )
  } catch (error) {
    console.log(`${name}: failed, ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
