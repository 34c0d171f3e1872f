/** Executes one action. Act layer. */

import type { Action } from '../decide/action.ts'
import { unreachable } from '../world/assert.ts'
import { scaleUp, withdrawLaunches } from './capacity.ts'
import type { ActContext, ActionResult } from './context.ts'
import { setAutoscalerImage, updateAddon, updateControlPlane } from './control-plane.ts'
import { fenceGroup, lowerMinimum, markEmpty } from './fence.ts'
import { createNodeGroup } from './node-group.ts'
import { cordon, evict, preferNoSchedule, protectNode, unprotectNode } from './nodes.ts'
import { deleteRecord, publishPriorities, writeRecord } from './records.ts'
import { restoreGroup, restoreNode, restorePriorities } from './restore.ts'
import { deleteOldGroup, deleteWarmPool, terminateOldInstance } from './retire.ts'

/** Idempotent: doing it twice, also across a crash, has the effect of once. @throws RegroupError. */
export function act(action: Action, context: ActContext): Promise<ActionResult> {
  switch (action.kind) {
    case 'update-control-plane':
      return updateControlPlane(action, context)
    case 'update-addon':
      return updateAddon(action, context)
    case 'set-autoscaler-image':
      return setAutoscalerImage(action, context)
    case 'create-node-group':
      return createNodeGroup(action, context)
    case 'publish-priorities':
      return publishPriorities(action, context)
    case 'fence-group':
      return fenceGroup(action, context)
    case 'scale-up':
      return scaleUp(action, context)
    case 'withdraw-launches':
      return withdrawLaunches(action, context)
    case 'protect-node':
      return protectNode(action, context)
    case 'unprotect-node':
      return unprotectNode(action, context)
    case 'prefer-no-schedule':
      return preferNoSchedule(action, context)
    case 'cordon':
      return cordon(action, context)
    case 'evict':
      return evict(action, context)
    case 'lower-minimum':
      return lowerMinimum(action, context)
    case 'terminate':
      return terminateOldInstance(action, context)
    case 'mark-empty':
      return markEmpty(action, context)
    case 'delete-warm-pool':
      return deleteWarmPool(action, context)
    case 'delete-group':
      return deleteOldGroup(action, context)
    case 'restore-group':
      return restoreGroup(action, context)
    case 'restore-node':
      return restoreNode(action, context)
    case 'restore-priorities':
      return restorePriorities(action, context)
    case 'write-record':
      return writeRecord(action, context)
    case 'delete-record':
      return deleteRecord(context)
    default:
      return unreachable(action)
  }
}
