/** Whether a machine's user data makes it join (the UD rules). Twin layer, pure. */

import type { ClusterFacts } from '../../../nodes/bootstrap.ts'
import { kubeletFieldFaults } from '../../../nodes/kubelet-faults.ts'
import { isReservedLabel } from '../../../nodes/label-faults.ts'
import { mimeFaults, parseMime } from '../../../nodes/mime.ts'
import { readNodeConfig } from '../../../nodes/node-config.ts'
import type { ParsedUserData } from '../../../nodes/parsed-user-data.ts'
import { parseUserData } from '../../../nodes/user-data.ts'
import type { ImageState } from '../ec2/state.ts'

/** What decides over joining. */
export interface BootstrapFacts {
  /** The user data of the team's template; empty without any. */
  readonly text: string
  /** Undefined when the image does not exist. */
  readonly image: ImageState | undefined
  /** The template names the image: EKS adds nothing to the user data. */
  readonly isCustom: boolean
  readonly clusterName: string
}

/** Why no machine ever joins; undefined when they do. */
export function joinFailureOf(facts: BootstrapFacts): string | undefined {
  const { image, isCustom, text } = facts
  if (image === undefined) return 'the image does not exist'
  if (image.kubernetesVersion === '') return 'the image has no kubelet'
  const told = parseUserData(text)
  const failure = kubeletFailure(told) ?? documentFailure(text, image)
  if (failure !== undefined) return failure
  if (!isCustom) return told?.kind === 'al2' ? 'bootstrap.sh runs twice' : undefined
  if (told === undefined) return 'the user data does not start the kubelet'
  const kind = image.family === 'AmazonLinux2' ? 'al2' : 'al2023'
  if (told.kind !== kind) return `the user data is for ${told.kind}, the image is ${image.family}`
  return factFailure(told, facts)
}

/** What makes the kubelet stop at its start (UD-8, and its own validation). */
function kubeletFailure(told: ParsedUserData | undefined): string | undefined {
  const label = Object.keys(told?.labels ?? {}).find(isReservedLabel)
  if (label !== undefined) return `kubelet refuses the label ${label} in --node-labels`
  // It drops unknown fields with a warning.
  const fault = kubeletFieldFaults(told?.kubelet ?? {}).find(({ kind }) => kind === 'wrong-value')
  return fault === undefined ? undefined : `kubelet refuses its configuration: ${fault.message}`
}

/**
 * What makes nodeadm lose everything: a part header that it cannot read, or one NodeConfig that does not
 * decode, which discards those of EKS as well.
 */
function documentFailure(text: string, image: ImageState): string | undefined {
  if (image.family !== 'AmazonLinux2023') return undefined
  const fault = mimeFaults(text).find(({ isFatal }) => isFatal)
  if (fault !== undefined) return `nodeadm cannot read line ${fault.line}: ${fault.message}`
  const parts = parseMime(text) ?? []
  const isBroken = parts.some(
    ({ body, contentType }) =>
      /^application\/node\.eks\.aws\b/.test(contentType) && readNodeConfig(body) === undefined,
  )
  return isBroken ? 'nodeadm decodes no NodeConfig: no config in chain' : undefined
}

/** NodeConfig has no DescribeCluster to fall back on (UD-3); bootstrap.sh has. */
function factFailure(
  told: ParsedUserData,
  { clusterName, text }: BootstrapFacts,
): string | undefined {
  const isNamed =
    told.kind === 'al2'
      ? text.split(/[\s'"=]+/).includes(clusterName)
      : told.cluster.name === clusterName
  if (!isNamed) return `the user data does not name cluster ${clusterName}`
  if (told.kind === 'al2') return undefined
  const missing = Object.entries(factNames).flatMap(([fact, name]) =>
    told.cluster[fact as keyof ClusterFacts] ? [] : [name],
  )
  return missing.length === 0 ? undefined : `the NodeConfig lacks ${missing.join(', ')}`
}

const factNames: Readonly<Record<Exclude<keyof ClusterFacts, 'name'>, string>> = {
  endpoint: 'apiServerEndpoint',
  certificateAuthority: 'certificateAuthority',
  serviceCidr: 'cidr',
}

/** EKS merges MIME documents only (UD-1); found after the group was accepted. */
export function isMergeable(text: string): boolean {
  return text === '' || /^(MIME-Version:|Content-Type: multipart\/)/i.test(text)
}
