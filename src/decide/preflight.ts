/** What must hold before anything is touched. Decide layer, pure. */

import { kubeletSkewMax, minorOf, versionOf } from '../nodes/kubernetes-version.ts'
import { fenceRecordOf } from './fence-record.ts'
import { deletionCaution, oldGroupsOf } from './groups.ts'
import { issuesText } from './late-blocker.ts'
import { fenceTagKey } from './names.ts'
import type { Observed } from './observed.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/** Fatal blockers only; never an action. */
export function decidePreflight(target: MigrationTarget, observed: Observed): StageResult {
  const stage = new StageBuilder('preflight')
  checkVersions(target, observed, stage)
  checkSkew(target, observed, stage)
  checkWriters(target, observed, stage)
  checkGroups(target, observed, stage)
  return stage.build()
}

function checkVersions(target: MigrationTarget, observed: Observed, stage: StageBuilder): void {
  const { control } = observed
  const wanted = minorOf(target.kubernetesVersion)
  if (wanted < minorOf(control.version)) {
    stage.block({
      code: 'version/downgrade',
      object: control.name,
      reason: `the cluster runs Kubernetes ${control.version}, the fleet file says ${target.kubernetesVersion}`,
      remedy: `Set kubernetesVersion to ${control.version} or newer.`,
      isFatal: true,
    })
  }
  const offered = control.offeredVersions
  if (wanted !== minorOf(control.version) && !offered.includes(target.kubernetesVersion)) {
    stage.block({
      code: 'version/not-offered',
      object: control.name,
      reason: `EKS does not offer Kubernetes ${target.kubernetesVersion}`,
      remedy: `Choose one of ${offered.join(', ')}.`,
      isFatal: true,
    })
  }
}

function checkSkew(target: MigrationTarget, observed: Observed, stage: StageBuilder): void {
  const wanted = minorOf(target.kubernetesVersion)
  for (const node of observed.drain.nodes.values()) {
    const minor = minorOf(node.kubeletVersion)
    const skewMax = kubeletSkewMax(minor)
    if (Number.isNaN(minor) || minor >= wanted - skewMax) continue
    stage.block({
      code: 'version/skew',
      object: node.name,
      reason:
        `its kubelet is ${node.kubeletVersion}; an API server at ${target.kubernetesVersion} ` +
        `supports kubelets from ${versionOf(wanted - skewMax)} on`,
      remedy: `Migrate to ${versionOf(minor + skewMax)} first, then run again for ${target.kubernetesVersion}.`,
      isFatal: true,
    })
    return
  }
}

function checkWriters(target: MigrationTarget, observed: Observed, stage: StageBuilder): void {
  const targetNames = new Set(target.nodeGroups.map((group) => group.name))
  for (const group of observed.nodeGroups) {
    if (!targetNames.has(group.name) || group.status !== 'UPDATING') continue
    stage.block({
      code: 'node-group/update-in-flight',
      object: group.name,
      reason: 'someone else is updating this node group',
      remedy: 'Wait until the update has ended (aws eks list-updates), then run again.',
      isFatal: true,
    })
  }
  for (const group of oldGroupsOf(target, observed)) {
    if (group.tags[fenceTagKey] !== undefined && fenceRecordOf(group) === undefined) {
      stage.block({
        code: 'group/fence-unreadable',
        object: group.name,
        reason: `its tag ${fenceTagKey} does not hold the sizes that the group had before`,
        remedy: `Write them back ({"min":..,"max":..,"desired":..,"suspended":[..]}) or remove the tag, then run again.`,
        isFatal: true,
      })
    }
    if (!group.isInstanceRefreshActive) continue
    stage.block({
      code: 'group/instance-refresh-active',
      object: group.name,
      reason: 'an instance refresh is running on this Auto Scaling group',
      remedy: 'Cancel the refresh or wait until it has ended, then run again.',
      isFatal: true,
    })
  }
}

function checkGroups(target: MigrationTarget, observed: Observed, stage: StageBuilder): void {
  const wanted = new Set(target.nodeGroups.map((one) => one.name))
  for (const group of observed.nodeGroups) {
    if (!wanted.has(group.name)) continue
    if (group.status === 'DELETE_FAILED') {
      stage.block({
        code: 'node-group/delete-failed',
        object: group.name,
        reason: `could not be deleted; ${issuesText(group)}`,
        remedy:
          'Mend the cause, most often a security group or interface that is still in use, and delete it again.',
        isFatal: true,
      })
    }
    if (group.status !== 'CREATE_FAILED') continue
    stage.block({
      code: 'node-group/create-failed',
      object: group.name,
      reason: `could not be created; ${issuesText(group)}`,
      remedy:
        'Mend the cause, delete the group (aws eks delete-nodegroup) and run again.' +
        deletionCaution(group, observed),
      isFatal: true,
    })
  }
}
