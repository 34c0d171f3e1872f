/** What a migration would do next, by looking only. Run layer. */

import { decideAbort } from '../decide/abort.ts'
import type { Decision } from '../decide/decision.ts'
import { decideMigration } from '../decide/migrate.ts'
import { targetOf } from '../decide/target-of.ts'
import type { DesiredCluster } from '../fleet/desired.ts'
import { AwsObserver } from '../observe/aws-observer.ts'
import { KubeObserver } from '../observe/kube-observer.ts'
import { readLaunchTimes } from '../observe/launch-times.ts'
import { readTargetFacts } from '../observe/target-facts.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { Clock } from '../world/clock.ts'
import type { Finding } from '../world/finding.ts'
import type { KubeApi } from '../world/kube-api.ts'
import { fromWarnings } from './from-warnings.ts'
import { JoinWatch } from './join-watch.ts'

/** Ports of the cluster; both may refuse to write. */
export interface PreviewInput {
  readonly desired: DesiredCluster
  readonly aws: AwsApi
  readonly kube: KubeApi
  readonly clock: Clock
  /** By default `migrate`. */
  readonly goal?: 'migrate' | 'abort'
}

/** A decision, and what may be wrong with the fleet file, seen against the cluster. */
export interface Preview extends Decision {
  readonly warnings: readonly Finding[]
}

/** One observation, one decision, no lease, no write. @throws RegroupError of the first call that fails. */
export async function previewMigration(input: PreviewInput): Promise<Preview> {
  const { aws, clock, desired, kube } = input
  const target = targetOf(desired, await readTargetFacts(aws, desired))
  const warnings = await fromWarnings(aws, desired, target)
  const { addons: addonNames, clusterName } = target
  const kubeObserver = new KubeObserver({ kube, clock, onChange: () => undefined })
  try {
    await kubeObserver.start()
    const record = kubeObserver.record()
    const view = await new AwsObserver({ aws, clock, clusterName, addonNames }).observe(
      record.exists,
    )
    const observed = {
      ...view,
      autoscaler: kubeObserver.autoscaler(),
      priorities: kubeObserver.priorities(),
      record,
      drain: kubeObserver.drain.view(),
    }
    if (input.goal === 'abort') return { ...decideAbort(target, observed), warnings: [] }
    const nowMs = clock.nowMs()
    const joinWatch = new JoinWatch(0)
    joinWatch.update(target, observed, nowMs)
    for (const name of joinWatch.unknownGroups(nowMs)) {
      joinWatch.learn(name, await readLaunchTimes(aws, name))
    }
    const late = joinWatch.late(nowMs)
    const decision = decideMigration(target, observed, { nowMs, emptySince: new Map(), late })
    return { ...decision, warnings }
  } finally {
    kubeObserver.stop()
  }
}
