/** Everything that a check asks of one cluster. Observe layer. */

import type { ClusterOnly } from '../../check/live/live-facts.ts'
import type { Concern } from '../../check/live/unseen.ts'
import type { AwsApi } from '../../world/aws-api.ts'
import { isFailure } from '../../world/failure.ts'
import type { KubeApi } from '../../world/kube-api.ts'
import { readCluster } from './cluster-facts.ts'
import type { Looker } from './looker.ts'
import { readWorkloads } from './workload-facts.ts'

/** Parts that the API server tells. */
const inside: readonly Concern[] = ['budgets', 'pods', 'volumes', 'workloads']

/** An API server that is opened once AWS has named it; undefined = it is to be left alone. */
export type OpenKube = (() => Promise<KubeApi & { close(): void }>) | undefined

/** Never fails for what is refused: the looker has it. @throws RegroupError without credentials. */
export async function lookAtCluster(
  name: string,
  { aws, openKube }: { readonly aws: AwsApi; readonly openKube: OpenKube },
  looker: Looker,
): Promise<ClusterOnly> {
  const seen = await readCluster(aws, name, looker)
  if (openKube === undefined) {
    const reason = 'was left alone (--aws-only)'
    looker.skip(inside, { action: `the API server of ${name}`, reason, kind: 'skipped' })
    return seen
  }
  const [blind] = looker.unseen.filter(({ concern }) => concern === 'cluster')
  if (seen.cluster === undefined && blind !== undefined) {
    looker.skip(inside, blind)
    return seen
  }
  const kube = await opened(name, openKube, looker)
  if (kube === undefined) return seen
  try {
    return { ...seen, ...(await readWorkloads(kube, looker)) }
  } finally {
    kube.close()
  }
}

async function opened(
  name: string,
  openKube: NonNullable<OpenKube>,
  looker: Looker,
): Promise<Awaited<ReturnType<NonNullable<OpenKube>>> | undefined> {
  let kube: Awaited<ReturnType<NonNullable<OpenKube>>> | undefined
  try {
    kube = await openKube()
    // Everybody may ask for it: what fails here is the way to the server, not a permission.
    await kube.serverVersion()
    return kube
  } catch (error) {
    kube?.close()
    if (!isFailure(error)) throw error
    const action = `the API server of ${name}`
    looker.skip(inside, { action, reason: error.message, kind: 'failed' })
    return undefined
  }
}
