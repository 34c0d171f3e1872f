/** UpdateNodegroupVersion: checks the request and starts the roll. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { GroupState, MachineRecipe } from '../state.ts'
import { addChildVersion } from './child-template.ts'
import { requireIdle } from './node-group-config.ts'
import { recipeOf } from './node-group-recipe.ts'
import { targetOf } from './node-group-target.ts'
import { startRoll } from './roll.ts'
import { startUpdate, updateView } from './updates.ts'

/**
 * @throws RegroupError ResourceInUseException, InvalidParameterException, InvalidRequestException.
 */
export function updateNodegroupVersion(
  account: AwsAccount,
  input: Sdk.UpdateNodegroupVersionRequest,
): Sdk.UpdateNodegroupVersionResponse {
  const nodeGroup = account.nodeGroup(input.clusterName, input.nodegroupName)
  return account.once(`version/${nodeGroup.arn}`, input.clientRequestToken, () => {
    requireIdle(nodeGroup)
    const group = account.groups.get(nodeGroup.groupName ?? '')
    if (group === undefined) throw awsError('InvalidRequestException', 'AutoScalingGroupNotFound')
    const target = targetOf(account, nodeGroup, input)
    const update = startUpdate(account, nodeGroup.updates, 'VersionUpdate', {
      Version: target.version,
      ReleaseVersion: target.releaseVersion,
      LaunchTemplateVersion: target.launchTemplate?.version,
    })
    nodeGroup.status = 'UPDATING'
    account.emit({ kind: 'node-group', nodeGroup, status: 'UPDATING' })
    switchTemplate(account, group, recipeOf(account, { ...nodeGroup, ...target }, '0'))
    startRoll({
      account,
      nodeGroup,
      group,
      update,
      target,
      isForced: input.force ?? false,
      isMinimal: nodeGroup.updateConfig.updateStrategy === 'MINIMAL',
      startedMs: account.kernel.nowMs(),
      startDesired: group.desiredCapacity,
      startMax: group.maxSize,
    })
    return { update: updateView(update) }
  })
}

/**
 * The group launches the new recipe from now on. A retry finds it in place, and the nodes of the
 * first try are not touched again.
 */
function switchTemplate(account: AwsAccount, group: GroupState, recipe: MachineRecipe): void {
  const present = { ...group.recipe, templateVersion: '0' }
  if (JSON.stringify(sorted(present)) === JSON.stringify(sorted(recipe))) return
  const templateVersion = addChildVersion(account, group.templateId, {
    ...recipe,
    templateVersion: group.recipe.templateVersion,
  })
  group.recipe = { ...recipe, templateVersion }
}

/** Label order is no difference. */
function sorted(recipe: MachineRecipe): readonly unknown[] {
  const labels = Object.entries(recipe.labels).sort(([a], [b]) => (a < b ? -1 : 1))
  const { amiFamily, imageId, instanceTypes, joinFailure, kubeletVersion, taints } = recipe
  return [labels, amiFamily, imageId, instanceTypes, joinFailure ?? '', kubeletVersion, taints]
}
