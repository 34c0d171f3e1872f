/** EKS's own copy of the launch template, `eks-<uuid>`: what the group really uses. Twin layer. */

import type { AwsAccount } from '../account.ts'
import type { TemplateState } from '../ec2/state.ts'
import type { MachineRecipe, NodeGroupState } from '../state.ts'

/** The first version, from which the group is made. */
export function addChildTemplate(
  account: AwsAccount,
  nodeGroup: NodeGroupState,
  recipe: MachineRecipe,
): TemplateState {
  const template: TemplateState = {
    id: `lt-${account.kernel.hexId('child-template', 17)}`,
    name: `eks-${nodeGroup.uuid}`,
    createdMs: account.kernel.nowMs(),
    defaultVersion: 1,
    lastVersion: 0,
    versions: [],
    tags: { 'eks:cluster-name': nodeGroup.clusterName, 'eks:nodegroup-name': nodeGroup.name },
  }
  account.templates.set(template.id, template)
  addVersion(account, template, recipe)
  return template
}

/** A further version, for an update; returns its number as text. */
export function addChildVersion(
  account: AwsAccount,
  templateId: string | undefined,
  recipe: MachineRecipe,
): string {
  const template = account.templates.get(templateId ?? '')
  if (template === undefined) return String(Number(recipe.templateVersion) + 1)
  return addVersion(account, template, recipe)
}

function addVersion(account: AwsAccount, template: TemplateState, recipe: MachineRecipe): string {
  template.lastVersion += 1
  const version = template.lastVersion
  const data = { ImageId: recipe.imageId }
  template.versions.push({ version, data, createdMs: account.kernel.nowMs() })
  return String(version)
}
