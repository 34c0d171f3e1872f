/** New managed node groups, created one after the other before anything old is touched. Decide layer, pure. */

import type { Observed } from './observed.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/**
 * Serialised creates: many groups at once meet IAM throttling and end CREATE_FAILED, which only a
 * delete can leave (terraform-provider-aws #44853).
 */
export function decideNodeGroups(target: MigrationTarget, observed: Observed): StageResult {
  const stage = new StageBuilder('node-groups')
  let isCreating = false
  for (const wanted of target.nodeGroups) {
    const present = observed.nodeGroups.find((group) => group.name === wanted.name)
    stage.count(present?.status === 'ACTIVE' || present?.status === 'DEGRADED' ? 1 : 0, 1)
    if (present?.status === 'DELETING') {
      stage.wait('node-group-deleting', wanted.name, `node group ${wanted.name} is being deleted`)
    }
    if (present === undefined || present.status !== 'CREATING') continue
    isCreating = true
    stage.wait('node-group-creating', wanted.name, `node group ${wanted.name} is being created`)
  }
  if (isCreating) return stage.build()
  const missing = target.nodeGroups.find(
    (wanted) => !observed.nodeGroups.some((group) => group.name === wanted.name),
  )
  if (missing === undefined) return stage.build()
  if (missing.creation === undefined) {
    stage.block({
      code: 'node-group/unresolved',
      object: missing.name,
      reason:
        `no subnet of the cluster's VPC with the tags of its subnetSelector lies in zone ${missing.zone}, ` +
        'or its AMI is not published',
      remedy: 'Check subnetSelector, availabilityZone, amiFamily and releaseVersion of the group.',
      isFatal: true,
    })
    return stage.build()
  }
  stage.act({
    kind: 'create-node-group',
    object: missing.name,
    creation: missing.creation,
    reason: `node group ${missing.name} does not exist`,
  })
  return stage.build()
}
