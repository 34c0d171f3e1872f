/** Takes back what was only needed on the way. Decide layer, pure. */

import { newGroupsOf } from './groups.ts'
import { protectedAnnotation } from './names.ts'
import type { Observed } from './observed.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/** Runs when no old group is left. */
export function decideFinish(target: MigrationTarget, observed: Observed): StageResult {
  const stage = new StageBuilder('finish')
  for (const { group } of newGroupsOf(target, observed)) {
    for (const instance of group.instances) {
      const node = observed.drain.nodeByInstance.get(instance.instanceId)
      if (node?.annotations[protectedAnnotation] === undefined) continue
      stage.act({
        kind: 'unprotect-node',
        object: node.name,
        nodeName: node.name,
        reason: 'the autoscaler may manage it again',
      })
    }
  }
  if (stage.actions.length === 0 && observed.record.exists) {
    stage.act({
      kind: 'delete-record',
      object: target.clusterName,
      reason: 'the migration is over',
    })
  }
  stage.count(observed.record.exists ? 0 : 1, 1)
  return stage.build()
}
