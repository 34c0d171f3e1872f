/** The online half of `check`: which clusters are asked, over which connections. It brings the SDK. Cli layer. */

import type { AwsConnection } from '../../aws/port.ts'
import type { LiveOf } from '../../check/check.ts'
import type { LiveFacts } from '../../check/live/live-facts.ts'
import { liveQuestions } from '../../check/live/live-questions.ts'
import type { LiveTarget } from '../../check/live/live-targets.ts'
import { lookAtCluster, type OpenKube } from '../../observe/live/look-at-cluster.ts'
import { Looker } from '../../observe/live/looker.ts'
import { readRegion } from '../../observe/live/region-facts.ts'
import { nearest } from '../../world/documents/nearest.ts'
import { systemClock } from '../../world/system-clock.ts'
import { systemRandom } from '../../world/system-random.ts'
import { type ConnectContext, openAws, openKube } from '../connect.ts'
import { exitCode } from '../exit-code.ts'
import { Problem } from '../problem.ts'
import type { CheckFlags } from './check.ts'

/** Clusters that are asked at the same time. */
const atOnceMax = 8
/** Names shown to choose from. */
const shownMax = 20

interface Place {
  readonly region: string
  /** Undefined = files that belong to no cluster. */
  readonly name: string | undefined
  readonly target: LiveTarget
}

interface Tools {
  readonly flags: CheckFlags
  readonly context: ConnectContext
  /** By `region/name`. */
  readonly found: Map<string, LiveFacts>
}

/** Only reads. @throws Problem for a Region or cluster that is not known, RegroupError without credentials. */
export async function lookLive(
  targets: readonly LiveTarget[],
  flags: CheckFlags,
  say: (text: string) => void,
): Promise<LiveOf> {
  // Its advice is for developers of the SDK's users, not for those of this program.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const places = placesOf(targets, flags)
  const tools: Tools = {
    flags: { ...flags, readOnly: true },
    context: {
      clock: systemClock(),
      random: systemRandom(),
      env: process.env,
      isInteractive: process.stdin.isTTY === true,
      isTwin: false,
      onWait: (text) => say(`${text}\n`),
    },
    found: new Map(),
  }
  for (const region of new Set(places.map((place) => place.region))) {
    const inside = places.filter((place) => place.region === region)
    await lookAtRegion(region, inside, tools)
  }
  return (name, region) =>
    tools.found.get(keyOf(region ?? flags.region ?? '', name ?? flags.cluster))
}

function keyOf(region: string, name: string | undefined): string {
  return `${region}/${name ?? ''}`
}

function placesOf(targets: readonly LiveTarget[], flags: CheckFlags): readonly Place[] {
  const places = targets.flatMap((target): readonly Place[] => {
    const name = target.name ?? flags.cluster
    if (flags.cluster !== undefined && name !== flags.cluster) return []
    const region = target.region ?? flags.region
    if (region !== undefined) return [{ region, name, target }]
    throw new Problem(
      `the Region of ${name ?? 'a file'} is not known`,
      'Give --region: only fleet files say it.',
      { code: exitCode.usage },
    )
  })
  if (places.length > 0 || flags.cluster === undefined || targets.length === 0) return places
  const names = [...new Set(targets.flatMap(({ name }) => name ?? []))]
  const near = nearest(flags.cluster, names)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  throw new Problem(
    `no file has a cluster ${flags.cluster}`,
    `${hint}There is ${names.slice(0, shownMax).join(', ')}.`,
    { code: exitCode.findings },
  )
}

/** The Region's own answers are asked for once, its clusters a few at a time. */
async function lookAtRegion(region: string, places: readonly Place[], tools: Tools): Promise<void> {
  const { context, flags } = tools
  const onWait = (text: string) => context.onWait(`waiting: ${text}`)
  const aws = openAws(region, flags, { ...context, onWait })
  try {
    const looker = new Looker()
    const questions = liveQuestions(places.map(({ target }) => target.facts))
    const shared = await readRegion(aws.api, questions, looker)
    const names = [...new Set(places.map(({ name }) => name))]
    const next = names.values()
    const work = async (): Promise<void> => {
      for (const name of next) {
        const own = new Looker()
        const seen = name === undefined ? {} : await lookAt(name, { aws, ...tools }, own)
        const unseen = [...looker.unseen, ...own.unseen]
        tools.found.set(keyOf(region, name), { region, ...shared, ...seen, unseen })
      }
    }
    await Promise.all(Array.from({ length: Math.min(atOnceMax, names.length) }, work))
  } finally {
    await aws.close()
  }
}

function lookAt(
  name: string,
  { aws, context, flags }: Omit<Tools, 'found'> & { readonly aws: AwsConnection },
  looker: Looker,
): ReturnType<typeof lookAtCluster> {
  const open: OpenKube =
    flags.awsOnly === true
      ? undefined
      : async () => (await openKube(name, flags, { aws, context })).kube
  return lookAtCluster(name, { aws: aws.api, openKube: open }, looker)
}
