/** The library: what the CLI uses, for programs. Above every layer. */

export { AwsBudgets } from './aws/budgets.ts'
export { type AwsConnection, type AwsOptions, connectAws } from './aws/port.ts'
export type { DesiredCluster, DesiredFleet } from './fleet/desired.ts'
export { type LoadedFleet, loadFleet } from './fleet/load-fleet.ts'
export type { SelfReview } from './kube/access-review.ts'
export { type KubeClient, type KubeClientOptions, kubeClient } from './kube/client.ts'
export { connectionOf, type KubeConnection } from './kube/config/connection.ts'
export { type EksConnectionOptions, eksConnection } from './kube/config/eks.ts'
export { inClusterConnection } from './kube/config/in-cluster.ts'
export { type Kubeconfig, type KubeconfigSource, loadKubeconfig } from './kube/config/load.ts'
export { migrationRights, type Right, readingRights } from './kube/migration-rights.ts'
export {
  type CrashCut,
  type CutResult,
  crashCut,
  crashCuts,
  type WholeRun,
  wholeRun,
} from './run/crash-cut.ts'
export type { EndState } from './run/end-state.ts'
export {
  type ClusterMigration,
  type MigrationReport,
  migrateCluster,
} from './run/migrate-cluster.ts'
export { type RehearseOptions, rehearseMigration } from './run/rehearse.ts'
export type { RehearsalReport } from './run/report.ts'
export { scenarioNames, scenarioWorld } from './twin/build/scenario.ts'
export { scenarioFleetYaml } from './twin/build/scenario-fleet.ts'
export { type FailureCode, isFailure, RegroupError } from './world/failure.ts'
export type { Finding } from './world/finding.ts'
export { systemClock } from './world/system-clock.ts'
export { systemRandom } from './world/system-random.ts'
