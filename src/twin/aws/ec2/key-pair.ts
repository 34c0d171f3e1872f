/** Key pairs: only public keys that callers import; the twin makes none of its own. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { hash32 } from '../../../world/random.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { endDryRun } from './dry-run.ts'
import { byIds, matchesFilters } from './filters.ts'
import type { KeyPairState } from './state.ts'
import { tagList, tagsFor } from './tags.ts'

const missing = { code: 'InvalidKeyPair.NotFound', what: 'key pair' }

/** Names are case-sensitive and unique in the Region. @throws RegroupError InvalidKeyPair.Duplicate. */
function importKeyPair(
  account: AwsAccount,
  input: Sdk.ImportKeyPairRequest,
): Sdk.ImportKeyPairResult {
  const name = input.KeyName ?? ''
  if (name === '' || name.length > 255) {
    const text = `Value (${name}) for parameter keyName is invalid. Character sets beyond ASCII are not supported.`
    throw awsError('InvalidParameterValue', text)
  }
  if (account.keyPairs.has(name)) {
    throw awsError('InvalidKeyPair.Duplicate', `The keypair already exists`)
  }
  const material = new TextDecoder().decode(input.PublicKeyMaterial ?? new Uint8Array())
  const type = /^ssh-ed25519 /.test(material) ? 'ed25519' : 'rsa'
  if (!/^ssh-(?:ed25519|rsa) [\d+/=A-Za-z]+/.test(material)) {
    throw awsError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
  }
  endDryRun(input)
  const pair: KeyPairState = {
    id: `key-${account.kernel.hexId('key-pair', 17)}`,
    name,
    type,
    fingerprint: fingerprintOf(material),
    createdMs: account.kernel.nowMs(),
    tags: tagsFor(input.TagSpecifications, 'key-pair'),
  }
  account.keyPairs.set(name, pair)
  return {
    KeyFingerprint: pair.fingerprint,
    KeyName: name,
    KeyPairId: pair.id,
    Tags: tagList(pair.tags),
  }
}

/** Sixteen bytes that stand for the key; not MD5, so no other tool computes the same. */
function fingerprintOf(material: string): string {
  const digits = [0, 1, 2, 3].map((part) =>
    hash32(`${part}/${material}`).toString(16).padStart(8, '0'),
  )
  return (digits.join('').match(/../g) ?? []).join(':')
}

/** By names, ids or filters. @throws RegroupError InvalidKeyPair.NotFound for an unknown name or id. */
function describeKeyPairs(
  account: AwsAccount,
  input: Sdk.DescribeKeyPairsRequest,
): Sdk.DescribeKeyPairsResult {
  const byId = new Map([...account.keyPairs.values()].map((pair) => [pair.id, pair]))
  const named = byIds(account.keyPairs, input.KeyNames, missing)
  const wanted = byIds(byId, input.KeyPairIds, missing)
  const found = named
    .filter((pair) => wanted.includes(pair))
    .filter((pair) =>
      matchesFilters(input.Filters, pair.tags, {
        fingerprint: pair.fingerprint,
        'key-name': pair.name,
        'key-pair-id': pair.id,
      }),
    )
  return {
    KeyPairs: found.map((pair) => ({
      KeyPairId: pair.id,
      KeyName: pair.name,
      KeyType: pair.type,
      KeyFingerprint: pair.fingerprint,
      CreateTime: new Date(pair.createdMs),
      Tags: tagList(pair.tags),
    })),
  }
}

/** Idempotent: EC2 answers the same for a pair that is not there. */
function deleteKeyPair(
  account: AwsAccount,
  input: Sdk.DeleteKeyPairRequest,
): Sdk.DeleteKeyPairResult {
  endDryRun(input)
  const pair = [...account.keyPairs.values()].find(
    ({ id, name }) => name === input.KeyName || id === input.KeyPairId,
  )
  if (pair === undefined) return { Return: true }
  account.keyPairs.delete(pair.name)
  return { Return: true, KeyPairId: pair.id }
}

/** Operations on key pairs. */
export const keyPairOperations = { deleteKeyPair, describeKeyPairs, importKeyPair }
