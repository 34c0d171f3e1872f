/** Roles of nodes: who may assume them and what they may do. Observe layer. */

import type { LiveRole } from '../../check/live/live-facts.ts'
import type { AwsApi } from '../../world/aws-api.ts'
import { isFailure } from '../../world/failure.ts'
import type { Looker } from './looker.ts'
import { allowedActions, trustedServices } from './policy-document.ts'

/** Roles that could be read whole; undefined when one of them could not. */
export async function readRoles(
  aws: AwsApi,
  arns: readonly string[],
  looker: Looker,
): Promise<ReadonlyMap<string, LiveRole> | undefined> {
  const roles = new Map<string, LiveRole>()
  for (const arn of arns) {
    const role = await looker.look('roles', 'iam:GetRole', () => readRole(aws, arn))
    // What one role may not be asked, the others may not either.
    if (role === undefined) return roles.size === 0 ? undefined : roles
    roles.set(arn, role)
  }
  return roles
}

async function readRole({ iam }: AwsApi, arn: string): Promise<LiveRole> {
  const RoleName = arn.split('/').at(-1) ?? ''
  const found = await iam.getRole({ RoleName }).catch((error: unknown) => {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  })
  if (found?.Role?.Arn !== arn) return 'missing'
  const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName })
  const isManaged = (policyArn: string): boolean => /^arn:[^:]+:iam::aws:/.test(policyArn)
  const arns = AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? [])
  const ownActions: string[] = []
  for (const PolicyArn of arns.filter((one) => !isManaged(one))) {
    const { Policy } = await iam.getPolicy({ PolicyArn })
    const VersionId = Policy?.DefaultVersionId ?? 'v1'
    const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId })
    ownActions.push(...allowedActions(PolicyVersion?.Document))
  }
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName })
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument } = await iam.getRolePolicy({ RoleName, PolicyName })
    ownActions.push(...allowedActions(PolicyDocument))
  }
  return {
    principals: trustedServices(found.Role.AssumeRolePolicyDocument),
    managedPolicies: arns.filter(isManaged).flatMap((one) => one.split('/').at(-1) ?? []),
    ownActions,
  }
}
