/** Creation of a managed node group with its launch template. Act layer. */

import { gzipSync } from 'node:zlib'
import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { CreateNodegroupRequest } from '@aws-sdk/client-eks'
import type { NodeGroupCreation } from '../decide/action.ts'
import { isFailure } from '../world/failure.ts'
import { type ActContext, type ActionOf, type ActionResult, done, skipped } from './context.ts'
import { idempotencyToken } from './token.ts'

/** Creates the launch template if it is missing, then the group. A group that exists is left alone. */
export async function createNodeGroup(
  action: ActionOf<'create-node-group'>,
  context: ActContext,
): Promise<ActionResult> {
  const { creation } = action
  const { assertLeaseHeld, aws, clusterName } = context
  const template = await ensureLaunchTemplate(creation, context)
  assertLeaseHeld()
  try {
    await aws.eks.createNodegroup(requestOf(creation, clusterName, template))
    return done
  } catch (error) {
    if (isFailure(error, 'in-use') || isFailure(error, 'already-exists')) {
      return skipped('the node group exists already, or EKS is busy with the cluster')
    }
    throw error
  }
}

interface TemplateRef {
  readonly id: string
  readonly version: string
}

/** Names carry a hash of the content, so a template of this name is the right one. */
async function ensureLaunchTemplate(
  creation: NodeGroupCreation,
  { assertLeaseHeld, aws }: ActContext,
): Promise<TemplateRef> {
  const { launchTemplate } = creation
  const found = await findTemplate(launchTemplate.name, aws)
  if (found !== undefined) return found
  assertLeaseHeld()
  try {
    const { LaunchTemplate } = await aws.ec2.createLaunchTemplate({
      LaunchTemplateName: launchTemplate.name,
      LaunchTemplateData: templateData(launchTemplate),
      ClientToken: idempotencyToken(['template', launchTemplate.name, launchTemplate.contentHash]),
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: tagList(launchTemplate.tags) }],
    })
    return { id: LaunchTemplate?.LaunchTemplateId ?? '', version: '1' }
  } catch (error) {
    if (!isFailure(error, 'already-exists')) throw error
    const other = await findTemplate(launchTemplate.name, aws)
    if (other === undefined) throw error
    return other
  }
}

/** The name is made of the plain content: zlib's bytes may differ between machines. */
function templateData({
  data,
  isGzipped,
}: NodeGroupCreation['launchTemplate']): RequestLaunchTemplateData {
  const { UserData } = data
  if (!isGzipped || typeof UserData !== 'string') return data
  const packed = gzipSync(Buffer.from(UserData, 'base64'), { level: 9 })
  return { ...data, UserData: packed.toString('base64') }
}

async function findTemplate(
  name: string,
  aws: ActContext['aws'],
): Promise<TemplateRef | undefined> {
  const { LaunchTemplates } = await aws.ec2.describeLaunchTemplates({
    Filters: [{ Name: 'launch-template-name', Values: [name] }],
  })
  const template = LaunchTemplates?.[0]
  if (template?.LaunchTemplateId === undefined) return undefined
  return { id: template.LaunchTemplateId, version: String(template.LatestVersionNumber ?? 1) }
}

function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

function requestOf(
  creation: NodeGroupCreation,
  clusterName: string,
  template: TemplateRef,
): CreateNodegroupRequest {
  const { minSize, maxSize, desiredSize } = creation
  return {
    clusterName,
    nodegroupName: creation.nodeGroupName,
    subnets: [...creation.subnetIds],
    nodeRole: creation.nodeRole,
    capacityType: creation.capacityType,
    ...(creation.amiType === undefined
      ? {}
      : { amiType: creation.amiType as NonNullable<CreateNodegroupRequest['amiType']> }),
    ...(creation.releaseVersion === undefined ? {} : { releaseVersion: creation.releaseVersion }),
    instanceTypes: [...creation.instanceTypes],
    scalingConfig: { minSize, maxSize, desiredSize },
    labels: creation.labels,
    taints: creation.taints.map((taint) => ({ ...taint })),
    tags: creation.tags,
    ...(creation.updateConfig === undefined ? {} : { updateConfig: creation.updateConfig }),
    launchTemplate: template,
    clientRequestToken: idempotencyToken([
      'node-group',
      clusterName,
      creation.nodeGroupName,
      creation.launchTemplate.contentHash,
    ]),
  }
}
