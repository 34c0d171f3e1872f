/** UD-3: an image of your own whose user data does not bootstrap the node. Check layer, pure. */

import type { ClusterFacts } from '../../nodes/bootstrap.ts'
import type { GroupFacts } from '../facts.ts'
import type { GroupRule } from '../rule.ts'
import type { UserDataFacts } from '../user-data-facts.ts'

/** EKS merges nothing then. An image may start its node by itself; where its family is known it does not. */
export const ud3: GroupRule = {
  id: 'UD-3',
  scope: 'group',
  find: ({ amiFamily, amiMode, isUserDataKnown, userData }) => {
    if (amiMode !== 'custom' || amiFamily === undefined || !isUserDataKnown) return []
    if (userData === undefined)
      return [{ member: 'userData', values: { missing: 'there is none' } }]
    const missing = userData.form === 'gzip' ? undefined : missingIn(amiFamily, userData)
    return missing === undefined ? [] : [{ member: 'userData', values: { missing } }]
  },
}

const names: Readonly<Record<keyof ClusterFacts, string>> = {
  name: 'the cluster name',
  endpoint: 'the API server endpoint',
  certificateAuthority: 'the certificate authority',
  serviceCidr: 'the service CIDR',
}

function missingIn(
  family: NonNullable<GroupFacts['amiFamily']>,
  { form, text, told }: UserDataFacts,
): string | undefined {
  const lacking = (...facts: (keyof ClusterFacts)[]): string | undefined => {
    const absent = facts.filter((fact) => (told?.cluster[fact] ?? '') === '')
    return absent.length === 0 ? undefined : absent.map((fact) => names[fact]).join(', ')
  }
  if (family === 'AmazonLinux2' || family === 'Ubuntu') {
    return told?.kind === 'al2' || form === 'cloud-config' ? undefined : 'a call of bootstrap.sh'
  }
  if (family === 'AmazonLinux2023') {
    if (told?.kind === 'al2023') {
      return lacking('name', 'endpoint', 'certificateAuthority', 'serviceCidr')
    }
    return /nodeadm|node\.eks\.aws/.test(text) ? undefined : 'a NodeConfig'
  }
  if (family === 'Windows') {
    return /Start-EKSBootstrap\.ps1/i.test(text) ? undefined : 'a call of Start-EKSBootstrap.ps1'
  }
  return lacking('name', 'endpoint', 'certificateAuthority')
}
