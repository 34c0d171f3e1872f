/** Access policies: what an entry may do in the cluster. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { AccessScope } from '../state.ts'
import { requireEntry } from './access-entry.ts'
import { listPage } from './lists.ts'

/** Policies that users may associate, as EKS lists them (those for its own parts left out). */
const names: readonly string[] = [
  'AmazonEKSAdminPolicy',
  'AmazonEKSAdminViewPolicy',
  'AmazonEKSAutoNodePolicy',
  'AmazonEKSClusterAdminPolicy',
  'AmazonEKSEditPolicy',
  'AmazonEKSViewPolicy',
]
const prefix = 'arn:aws:eks::aws:cluster-access-policy/'

function listAccessPolicies(
  _account: AwsAccount,
  input: Sdk.ListAccessPoliciesRequest,
): Sdk.ListAccessPoliciesResponse {
  const { answer, page } = listPage(names, input)
  return { accessPolicies: page.map((name) => ({ name, arn: prefix + name })), ...answer }
}

function associateAccessPolicy(
  account: AwsAccount,
  input: Sdk.AssociateAccessPolicyRequest,
): Sdk.AssociateAccessPolicyResponse {
  const entry = requireEntry(account, input as Required<typeof input>)
  const policyArn = input.policyArn ?? ''
  if (!names.includes(policyArn.slice(prefix.length)) || !policyArn.startsWith(prefix)) {
    throw awsError('InvalidParameterException', `The policyArn ${policyArn} is not valid`)
  }
  if (entry.type !== 'STANDARD') {
    const text = `Access policies cannot be associated with access entries of type ${entry.type}`
    throw awsError('InvalidRequestException', text)
  }
  const type = input.accessScope?.type ?? 'cluster'
  const namespaces = input.accessScope?.namespaces ?? []
  if ((type === 'namespace') !== namespaces.length > 0) {
    const text = 'Namespaces are given for access scope type namespace, and only then'
    throw awsError('InvalidParameterException', text)
  }
  const nowMs = account.kernel.nowMs()
  const associatedMs = entry.policies.get(policyArn)?.associatedMs ?? nowMs
  const scope: AccessScope = { type, namespaces, associatedMs, modifiedMs: nowMs }
  entry.policies.set(policyArn, scope)
  return {
    clusterName: input.clusterName,
    principalArn: entry.principalArn,
    associatedAccessPolicy: policyView(policyArn, scope),
  }
}

function policyView(policyArn: string, scope: AccessScope): Sdk.AssociatedAccessPolicy {
  return {
    policyArn,
    accessScope: { type: scope.type, namespaces: [...scope.namespaces] },
    associatedAt: new Date(scope.associatedMs),
    modifiedAt: new Date(scope.modifiedMs),
  }
}

function disassociateAccessPolicy(
  account: AwsAccount,
  input: Sdk.DisassociateAccessPolicyRequest,
): Sdk.DisassociateAccessPolicyResponse {
  const entry = requireEntry(account, input as Required<typeof input>)
  if (!entry.policies.delete(input.policyArn ?? '')) {
    const text = `No associated policy found for policyArn: ${input.policyArn}`
    throw awsError('ResourceNotFoundException', text)
  }
  return {}
}

function listAssociatedAccessPolicies(
  account: AwsAccount,
  input: Sdk.ListAssociatedAccessPoliciesRequest,
): Sdk.ListAssociatedAccessPoliciesResponse {
  const entry = requireEntry(account, input as Required<typeof input>)
  const { answer, page } = listPage([...entry.policies], input)
  return {
    clusterName: input.clusterName,
    principalArn: entry.principalArn,
    associatedAccessPolicies: page.map(([arn, scope]) => policyView(arn, scope)),
    ...answer,
  }
}

/** Operations on access policies. */
export const accessPolicyOperations = {
  associateAccessPolicy,
  disassociateAccessPolicy,
  listAccessPolicies,
  listAssociatedAccessPolicies,
}
