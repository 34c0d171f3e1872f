/** From the names that users give to a checked fleet and a checked world. Cli layer. */

import { dirname, join } from 'node:path'
import type { DesiredFleet } from '../fleet/desired.ts'
import { loadFleet } from '../fleet/load-fleet.ts'
import { scenarioNames, scenarioWorld } from '../twin/build/scenario.ts'
import { scenarioFleetYaml } from '../twin/build/scenario-fleet.ts'
import { loadWorld } from '../twin/build/world-file.ts'
import type { WorldSpec } from '../twin/build/world-spec.ts'
import { nearest } from '../world/documents/nearest.ts'
import type { Finding } from '../world/finding.ts'
import { exitCode } from './exit-code.ts'
import { findingsProblem, fleetOf } from './fleet-file.ts'
import { Problem } from './problem.ts'
import { listUserFiles, readUserFile } from './read-file.ts'

/** What a rehearsal works with. */
export interface RehearsalInputs {
  readonly fleet: DesiredFleet
  readonly world: WorldSpec
  /** Sentences about parts of the world that are not simulated. */
  readonly warnings: readonly string[]
}

/** A fleet file and a world file; faults of both are reported together. @throws Problem */
export function readInputs(fleetPath: string, worldPath: string): RehearsalInputs {
  const fleetBytes = readUserFile(fleetPath, 'fleet file')
  const worldBytes = readUserFile(worldPath, 'world file')
  const { desired, findings } = loadFleet({ file: fleetPath, bytes: fleetBytes })
  const folder = dirname(worldPath)
  const loaded = loadWorld(worldPath, worldBytes, {
    list: (path) => listUserFiles(join(folder, path), ['.yaml', '.yml', '.json']),
    read: (path) => readUserFile(path.startsWith(`${folder}/`) ? path : join(folder, path), 'file'),
  })
  if (desired === undefined || loaded.world === undefined) {
    throw findingsProblem([...findings, ...loaded.findings])
  }
  const warnings = [...findings.map(warningText), ...loaded.warnings]
  return { fleet: desired, world: loaded.world, warnings }
}

/** A built-in world with its fleet. @throws Problem with the nearest name. */
export function scenarioInputs(name: string): RehearsalInputs {
  const world = scenarioWorld(name)
  const text = scenarioFleetYaml(name)
  if (world !== undefined && text !== undefined) {
    return { world, fleet: fleetOf(`${name}.yaml`, text), warnings: [] }
  }
  const near = nearest(name, scenarioNames)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  const remedy = `${hint}There are ${scenarioNames.join(', ')}.`
  throw new Problem(`there is no scenario ${name}`, remedy, { code: exitCode.usage })
}

/** The cluster to migrate: the named one, or the world's. It must be in the world and in the fleet. */
export function clusterOf({ fleet, world }: RehearsalInputs, wanted: string | undefined): string {
  const inWorld = world.clusters.map((one) => one.name)
  const inFleet = fleet.clusters.map((one) => one.name)
  const name = wanted ?? inWorld[0] ?? ''
  const options = { code: exitCode.findings }
  if (!inWorld.includes(name)) {
    throw new Problem(`the world has no cluster ${name}`, hintOf(name, inWorld), options)
  }
  if (inFleet.includes(name)) return name
  const remedy = `${hintOf(name, inFleet)} Or add ${name} to clusters in the fleet file.`
  throw new Problem(`the fleet file has no cluster ${name}`, remedy, options)
}

function warningText({ location, message }: Finding): string {
  return location === undefined ? message : `${location.file}:${location.line}: ${message}`
}

function hintOf(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  const shown = known.slice(0, 20).join(', ')
  return near === undefined ? `It has ${shown}.` : `Did you mean ${near}? It has ${shown}.`
}
