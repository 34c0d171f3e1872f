/** Images as accounts see them. Loaded when it is asked for: it brings the SDK. Cli layer. */

import type { FleetImage } from '../../fleet/fleet-images.ts'
import type { AmiChoice } from '../../nodes/ami-parameters.ts'
import type { KubernetesSupport } from '../../nodes/kubernetes-support.ts'
import {
  type GroupImage,
  type OwnImage,
  type RecommendedImage,
  readGroupImages,
  readOwnImages,
  readRecommended,
  readVersions,
} from '../../observe/images.ts'
import type { AwsApi } from '../../world/aws-api.ts'
import { systemClock } from '../../world/system-clock.ts'
import { systemRandom } from '../../world/system-random.ts'
import { type ConnectFlags, openAws } from '../connect.ts'

/** What was read. */
export interface LiveImages {
  /** By Region. */
  readonly recommended: ReadonlyMap<string, readonly RecommendedImage[]>
  /** Of the first Region: EKS offers the same everywhere. */
  readonly versions: readonly KubernetesSupport[]
  readonly own: readonly OwnImage[] | undefined
  /** Images of the groups of a cluster; undefined unless they were asked for. */
  readonly groups: readonly FleetImage[] | undefined
}

/** What to ask for. */
export interface LiveQuestion {
  readonly flags: ConnectFlags
  readonly say: (text: string) => void
  readonly choices: readonly AmiChoice[]
  /** Id or name of images of the account; the rest is not read then. */
  readonly own: string | undefined
  /** Its node groups take the place of `choices`. */
  readonly cluster: string | undefined
}

/** Only reads, one Region after the other. @throws RegroupError for a world that refuses. */
export async function readLiveImages(
  regions: readonly string[],
  { choices, cluster, flags, own, say }: LiveQuestion,
): Promise<LiveImages> {
  // Its advice is for developers of the SDK's users, not for those of this program.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const recommended = new Map<string, readonly RecommendedImage[]>()
  let versions: readonly KubernetesSupport[] = []
  const images: OwnImage[] = []
  const groups: FleetImage[] = []
  for (const region of regions) {
    await withAws(region, { flags, say }, async (aws) => {
      if (own !== undefined) {
        images.push(...(await readOwnImages(aws, own)))
        return
      }
      const found = cluster === undefined ? [] : await readGroupImages(aws, cluster)
      groups.push(...found.map((one) => fleetImage(one, region)))
      const asked = cluster === undefined ? choices : found.flatMap(({ choice }) => choice ?? [])
      recommended.set(region, await readRecommended(aws, asked))
      if (versions.length === 0) versions = await readVersions(aws)
    })
  }
  return {
    recommended,
    versions,
    own: own === undefined ? undefined : images,
    groups: cluster === undefined ? undefined : groups,
  }
}

/** One row per group, as of a fleet with that group alone. */
function fleetImage(
  { choice, kubernetesVersion, nodeGroupName, releaseVersion }: GroupImage,
  region: string,
): FleetImage {
  return {
    region,
    kubernetesVersion,
    family: choice?.family ?? 'AmazonLinux2023',
    arch: choice?.arch ?? 'amd64',
    amiId: choice === undefined ? releaseVersion : undefined,
    releaseVersion,
    clusters: [nodeGroupName],
    groupCount: 1,
  }
}

async function withAws(
  region: string,
  { flags, say }: Pick<LiveQuestion, 'flags' | 'say'>,
  use: (aws: AwsApi) => Promise<void>,
): Promise<void> {
  const aws = openAws(
    region,
    { ...flags, readOnly: true },
    { clock: systemClock(), random: systemRandom(), onWait: (text) => say(`waiting: ${text}\n`) },
  )
  try {
    await use(aws.api)
  } finally {
    await aws.close()
  }
}
