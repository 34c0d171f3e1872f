/** What `regroup migrate` does: opens the ports, runs the engine, prints its report. Cli layer. */

import type { DesiredCluster, DesiredFleet } from '../../fleet/desired.ts'
import { migrationRights, readingRights } from '../../kube/migration-rights.ts'
import { type AbortReport, abortCluster } from '../../run/abort-cluster.ts'
import type { RunEvent } from '../../run/events.ts'
import {
  type ClusterMigration,
  type MigrationReport,
  migrateCluster,
} from '../../run/migrate-cluster.ts'
import { previewMigration } from '../../run/preview.ts'
import type { Clock } from '../../world/clock.ts'
import { nearest } from '../../world/documents/nearest.ts'
import type { Finding } from '../../world/finding.ts'
import { systemClock } from '../../world/system-clock.ts'
import { processName, systemRandom } from '../../world/system-random.ts'
import type { CommandContext } from '../command-context.ts'
import { type ClusterPorts, connectCluster } from '../connect.ts'
import { EventFile } from '../event-file.ts'
import { exitCode, exitCodeOf } from '../exit-code.ts'
import { readFleet } from '../fleet-file.ts'
import { onInterrupt } from '../interrupt.ts'
import { Problem } from '../problem.ts'
import { abortText } from '../render/abort.ts'
import { warningsText } from '../render/findings.ts'
import { decisionText, migrationText } from '../render/migration.ts'
import { Progress } from '../render/progress.ts'
import { assertRights } from '../rights-problem.ts'
import type { MigrateFlags } from './migrate.ts'

/** Runs it; the result is the exit code. @throws Problem for wrong input, RegroupError for a world that refuses. */
export async function migrate(flags: MigrateFlags, context: CommandContext): Promise<number> {
  const desired = clusterOf(readFleet(flags.file), flags)
  if (flags.readOnly !== true) assertConfirmed(desired, flags)
  const { streams } = context
  const progress = flags.quiet === true ? undefined : new Progress(streams)
  const say = (text: string): void => {
    if (progress === undefined) streams.err(text)
    else progress.say(text)
  }
  // Its advice is for developers of the SDK's users, not for those of this program.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const { clock, leave } = await clockOf(flags)
  try {
    const ports = await connectCluster(desired, flags, {
      clock,
      random: systemRandom(),
      env: process.env,
      isInteractive: process.stdin.isTTY === true,
      isTwin: leave !== undefined,
      onWait: (text) => say(`${text}\n`),
    })
    try {
      const rights = flags.readOnly === true ? readingRights : migrationRights
      await assertRights(ports.kube, rights, desired.name)
      if (flags.readOnly === true) return await preview(desired, ports, { clock, flags, context })
      say(`${flags.abort === true ? 'aborting the migration of' : 'migrating'} ${ports.arn}\n`)
      return await run(desired, ports, { clock, flags, context, progress, say })
    } finally {
      await ports.close()
    }
  } finally {
    // The time of a twin would wait for this client for ever.
    leave?.()
  }
}

/**
 * Against a served twin the engine shares its time: a soak of a day takes no day. Only with an endpoint of
 * the twin's own: a shell that was set up for a twin must not change how a real account is migrated.
 */
async function clockOf({
  endpointUrl = process.env.AWS_ENDPOINT_URL,
}: MigrateFlags): Promise<{ readonly clock: Clock; readonly leave?: () => void }> {
  const { REGROUP_TWIN_CONTROL: endpoint, REGROUP_TWIN_TOKEN: token } = process.env
  if (endpoint === undefined || token === undefined || endpointUrl === undefined) {
    return { clock: systemClock() }
  }
  const { joinTwinClock } = await import('../../twin/wire/control-clock.ts')
  const clock = await joinTwinClock({ endpoint, token })
  return { clock, leave: () => clock.close() }
}

interface RunContext {
  readonly clock: Clock
  readonly flags: MigrateFlags
  readonly context: CommandContext
}

async function preview(
  desired: DesiredCluster,
  { aws, kube }: ClusterPorts,
  { clock, context, flags }: RunContext,
): Promise<number> {
  const goal = flags.abort === true ? 'abort' : 'migrate'
  const decision = await previewMigration({ desired, aws: aws.api, kube, clock, goal })
  const json = `${JSON.stringify(decision, null, 2)}\n`
  context.streams.err(warningsText(decision.warnings))
  context.streams.out(flags.output === 'json' ? json : decisionText(decision))
  return decision.kind === 'blocked' ? exitCode.blocked : exitCode.ok
}

async function run(
  desired: DesiredCluster,
  { aws, kube }: ClusterPorts,
  tools: RunContext & {
    readonly progress: Progress | undefined
    readonly say: (text: string) => void
  },
): Promise<number> {
  const { clock, context, flags, progress, say } = tools
  const events = flags.events === undefined ? undefined : new EventFile(flags.events, 0)
  const interrupt = onInterrupt(say)
  try {
    const work = {
      desired,
      aws: aws.api,
      kube,
      clock,
      holder: processName(),
      signal: interrupt.signal,
      onWarning: (one: Finding) => say(warningsText([one])),
      onEvent: (event: RunEvent) => {
        progress?.take(event)
        events?.write(event)
      },
    }
    const { report, text } = await done(work, flags.abort === true)
    progress?.finish()
    if (report.result === 'paused') say(`paused. To go on:\n  ${context.typed}\n`)
    context.streams.out(flags.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : text)
    return codeOf(report)
  } finally {
    progress?.finish()
    interrupt.stop()
    events?.close()
  }
}

/** There or back, with what people read of it. */
async function done(
  work: ClusterMigration,
  isAbort: boolean,
): Promise<{ readonly report: MigrationReport | AbortReport; readonly text: string }> {
  if (isAbort) {
    const report = await abortCluster(work)
    return { report, text: abortText(report) }
  }
  const report = await migrateCluster(work)
  return { report, text: migrationText(report) }
}

function codeOf({ code, result }: MigrationReport | AbortReport): number {
  if (result === 'converged' || result === 'aborted') return exitCode.ok
  if (result === 'blocked') return exitCode.blocked
  return result === 'paused' ? exitCode.paused : exitCodeOf(code)
}

function clusterOf({ clusters }: DesiredFleet, { cluster, file }: MigrateFlags): DesiredCluster {
  const names = clusters.map((one) => one.name)
  const found = cluster === undefined ? undefined : clusters.find((one) => one.name === cluster)
  if (found !== undefined) return found
  const [only] = clusters
  if (cluster === undefined && only !== undefined && clusters.length === 1) return only
  const shown = names.slice(0, 20).join(', ')
  if (cluster === undefined) {
    const options = { code: exitCode.usage }
    throw new Problem(`${file} has ${names.length} clusters`, `Give --cluster: ${shown}.`, options)
  }
  const near = nearest(cluster, names)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  throw new Problem(`${file} has no cluster ${cluster}`, `${hint}It has ${shown}.`, {
    code: exitCode.findings,
  })
}

/** Groups are deleted at the end: the name is typed twice, and never asked for in a pipeline. */
function assertConfirmed({ name }: DesiredCluster, { abort, confirm }: MigrateFlags): void {
  if (confirm === name) return
  const change =
    abort === true ? 'marks and fences are taken back' : 'old groups are emptied and deleted'
  const text =
    confirm === undefined
      ? `${name} would be changed: ${change}; nothing was touched`
      : `--confirm ${confirm} is not the cluster ${name}; nothing was touched`
  const remedy = `Add --confirm ${name}, or --read-only to see the first step.`
  throw new Problem(text, remedy, { code: exitCode.usage })
}
