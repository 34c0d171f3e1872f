/** Images as accounts see them. Loaded when it is asked for: it brings the SDK. Cli layer. */

import type { AmiChoice } from '../../nodes/ami-parameters.ts'
import type { KubernetesSupport } from '../../nodes/kubernetes-support.ts'
import {
  type OwnImage,
  type RecommendedImage,
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
}

/** What to ask for. */
export interface LiveQuestion {
  readonly flags: ConnectFlags
  readonly say: (text: string) => void
  readonly choices: readonly AmiChoice[]
  /** Id or name of images of the account; the rest is not read then. */
  readonly own: string | undefined
}

/** Only reads, one Region after the other. @throws RegroupError for a world that refuses. */
export async function readLiveImages(
  regions: readonly string[],
  { choices, flags, own, say }: LiveQuestion,
): Promise<LiveImages> {
  // Its advice is for developers of the SDK's users, not for those of this program.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const recommended = new Map<string, readonly RecommendedImage[]>()
  let versions: readonly KubernetesSupport[] = []
  const images: OwnImage[] = []
  for (const region of regions) {
    await withAws(region, { flags, say }, async (aws) => {
      if (own !== undefined) {
        images.push(...(await readOwnImages(aws, own)))
        return
      }
      recommended.set(region, await readRecommended(aws, choices))
      if (versions.length === 0) versions = await readVersions(aws)
    })
  }
  return { recommended, versions, own: own === undefined ? undefined : images }
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
