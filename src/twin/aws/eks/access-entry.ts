/** Access entries: which roles may join the cluster. Twin layer. */

import type { EksApi } from '../../../world/aws-api.ts'
import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { senderFor } from '../sender.ts'

/** Round trip of an EKS call. */
const latencyMs = 120

type Names = Extract<keyof EksApi, `${string}AccessEntr${string}`>

/** The port's methods on access entries. */
export function accessEntryCalls(account: AwsAccount, session: Session): Pick<EksApi, Names> {
  const send = senderFor(session, 'eks', latencyMs)
  const object = (input: { principalArn: string | undefined }): string | undefined =>
    input.principalArn
  return {
    createAccessEntry: send('CreateAccessEntry', object, (i) => {
      const { accessEntries } = account.cluster(i.clusterName)
      const principalArn = i.principalArn ?? ''
      if (accessEntries.has(principalArn)) {
        const text = 'The specified access entry resource is already in use on this cluster.'
        throw awsError('ResourceInUseException', text)
      }
      accessEntries.set(principalArn, i.type ?? 'STANDARD')
      return { accessEntry: entryOf(account, i.clusterName, principalArn) }
    }),
    deleteAccessEntry: send('DeleteAccessEntry', object, (i) => {
      entryOf(account, i.clusterName, i.principalArn)
      account.cluster(i.clusterName).accessEntries.delete(i.principalArn ?? '')
      return {}
    }),
    describeAccessEntry: send('DescribeAccessEntry', object, (i) => ({
      accessEntry: entryOf(account, i.clusterName, i.principalArn),
    })),
    listAccessEntries: send(
      'ListAccessEntries',
      (i) => i.clusterName,
      (i) => ({ accessEntries: [...account.cluster(i.clusterName).accessEntries.keys()].sort() }),
    ),
  }
}

function entryOf(
  account: AwsAccount,
  clusterName: string | undefined,
  principalArn: string | undefined,
): { clusterName: string; principalArn: string; type: string } {
  const cluster = account.cluster(clusterName)
  const type = cluster.accessEntries.get(principalArn ?? '')
  if (type === undefined) {
    const text = `The specified principalArn could not be found: ${principalArn}`
    throw awsError('ResourceNotFoundException', text)
  }
  return { clusterName: cluster.name, principalArn: principalArn ?? '', type }
}
