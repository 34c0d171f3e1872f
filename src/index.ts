/** The library: what the CLI uses, for programs. Above every layer. */

export type { DesiredCluster, DesiredFleet } from './fleet/desired.ts'
export { type LoadedFleet, loadFleet } from './fleet/load-fleet.ts'
export { type RehearseOptions, rehearseMigration } from './run/rehearse.ts'
export type { RehearsalReport } from './run/report.ts'
export { scenarioNames, scenarioWorld } from './twin/build/scenario.ts'
export { scenarioFleetYaml } from './twin/build/scenario-fleet.ts'
export { type FailureCode, isFailure, RegroupError } from './world/failure.ts'
export type { Finding } from './world/finding.ts'
