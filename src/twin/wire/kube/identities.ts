/** IAM identities of a served world and the Kubernetes users they are. Twin layer. */

import type { AwsAccount } from '../../aws/account.ts'
import type { AccessEntryState } from '../../aws/state.ts'
import { servedAccessKeyId } from '../aws/served-keys.ts'
import { parseYaml, YamlError } from './answer/yaml.ts'
import type { EksIdentities } from './auth/eks-token.ts'
import type { AccessGrant, WireUser } from './http/request.ts'
import { listAt, textAt } from './schema/own.ts'

const authenticated = 'system:authenticated'

/**
 * Every access key is a user of its own, as STS answers. The key that the twin hands out made the
 * clusters and administers them; others need an access entry or a line in aws-auth.
 */
export function identitiesOf(account: AwsAccount, clusterName: string): EksIdentities {
  const arnOf = (accessKeyId: string): string | undefined =>
    /^[A-Z0-9]{16,128}$/.test(accessKeyId)
      ? `arn:aws:iam::${account.accountId}:user/${accessKeyId}`
      : undefined
  const creator = arnOf(servedAccessKeyId)
  return {
    arnOf,
    userOf: (arn) => {
      if (arn === creator)
        return { name: 'kubernetes-admin', groups: ['system:masters', authenticated] }
      const cluster = account.clusters.get(clusterName)
      if (cluster === undefined) return undefined
      const entry = cluster.accessEntries.get(arn)
      if (entry !== undefined) return entryUser(entry)
      const map = cluster.twin.store.get('ConfigMap', 'kube-system', 'aws-auth')
      return mappedUser(map?.data?.mapUsers ?? '', arn)
    },
  }
}

const policyRoles: Readonly<Record<string, AccessGrant['role']>> = {
  AmazonEKSAdminPolicy: 'admin',
  AmazonEKSAdminViewPolicy: 'read-all',
  AmazonEKSClusterAdminPolicy: 'cluster-admin',
  AmazonEKSEditPolicy: 'edit',
  AmazonEKSViewPolicy: 'view',
}

/** Groups are for RBAC to bind; policies grant by themselves. */
function entryUser({ groups, policies, username }: AccessEntryState): WireUser {
  const access = [...policies].flatMap(([arn, { namespaces, type }]) => {
    const role = policyRoles[arn.split('/').at(-1) ?? '']
    if (role === undefined) return []
    return [type === 'namespace' ? { role, namespaces } : { role }]
  })
  return { name: username, groups: [...groups, authenticated], access }
}

/** The user of an ARN in the list that aws-auth keeps as text. */
function mappedUser(text: string, arn: string): WireUser | undefined {
  let list: unknown
  try {
    list = parseYaml(text).value
  } catch (error) {
    if (error instanceof YamlError) return undefined
    throw error
  }
  const found = (Array.isArray(list) ? list : []).find((one) => textAt(one, 'userarn') === arn)
  if (found === undefined) return undefined
  const groups = listAt(found, 'groups').map(String)
  return { name: textAt(found, 'username') || arn, groups: [...groups, authenticated] }
}
