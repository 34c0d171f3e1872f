/** The group of `explain` as AWS has it. Loaded when it is asked for: it brings the SDK. Cli layer. */

import type { NodeSource } from '../../nodes/effective/node-source.ts'
import { readNewestRelease, readNodeSource } from '../../observe/node-source.ts'
import { nearest } from '../../world/documents/nearest.ts'
import { isFailure } from '../../world/failure.ts'
import { systemClock } from '../../world/system-clock.ts'
import { systemRandom } from '../../world/system-random.ts'
import { type ConnectFlags, openAws } from '../connect.ts'
import { exitCode } from '../exit-code.ts'
import { Problem } from '../problem.ts'

/** What was read. */
export interface LiveGroup {
  readonly source: NodeSource
  /** The release that SSM recommends now; undefined where the family has no such parameter. */
  readonly newestRelease: string | undefined
}

/** Which group, and where. */
export interface LiveTarget {
  readonly clusterName: string
  readonly nodeGroupName: string
  readonly region: string
}

/** Only reads. @throws Problem with the names that there are, RegroupError for a world that refuses. */
export async function readLiveGroup(
  { clusterName, nodeGroupName, region }: LiveTarget,
  flags: ConnectFlags,
  say: (text: string) => void,
): Promise<LiveGroup> {
  // Its advice is for developers of the SDK's users, not for those of this program.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const aws = openAws(
    region,
    { ...flags, readOnly: true },
    { clock: systemClock(), random: systemRandom(), onWait: (text) => say(`waiting: ${text}\n`) },
  )
  try {
    const source = await readNodeSource(aws.api, clusterName, nodeGroupName)
    return { source, newestRelease: await readNewestRelease(aws.api, source) }
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error
    const { nodegroups } = await aws.api.eks.listNodegroups({ clusterName })
    throw missing(`${clusterName}/${nodeGroupName}`, nodegroups ?? [])
  } finally {
    await aws.close()
  }
}

const shownMax = 20

function missing(name: string, known: readonly string[]): Problem {
  const near = nearest(name.slice(name.indexOf('/') + 1), known)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  const shown = known.slice(0, shownMax).join(', ')
  const remedy = known.length === 0 ? 'The cluster has no node groups.' : `${hint}It has ${shown}.`
  return new Problem(`AWS has no node group ${name}`, remedy, { code: exitCode.findings })
}
