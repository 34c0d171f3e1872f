/** Whether a machine's user data makes it join (the UD rules). Twin layer, pure. */

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

const forbiddenLabel = /(^|\.)(kubernetes\.io|k8s\.io)$/
const allowedLabel = /(^|\.)(kubelet|node)\.kubernetes\.io$/

/** Why no machine ever joins; undefined when they do. */
export function joinFailureOf(facts: BootstrapFacts): string | undefined {
  const { clusterName, image, isCustom, text } = facts
  if (image === undefined) return 'the image does not exist'
  if (image.kubernetesVersion === '') return 'the image has no kubelet'
  const told = parseUserData(text)
  const fault = Object.keys(told?.labels ?? {}).find(isForbidden)
  if (fault !== undefined) return `kubelet refuses the label ${fault} in --node-labels`
  if (!isCustom) return told?.kind === 'al2' ? 'bootstrap.sh runs twice' : undefined
  if (told === undefined) return 'the user data does not start the kubelet'
  if ((told.kind === 'al2') !== (image.family === 'AmazonLinux2')) {
    return `the user data is for ${told.kind}, the image is ${image.family}`
  }
  if (!namesCluster(text, told.kind, clusterName)) {
    return `the user data does not name cluster ${clusterName}`
  }
  if (told.kind === 'al2023' && !/apiServerEndpoint:/.test(text)) {
    return 'the NodeConfig lacks apiServerEndpoint, certificateAuthority or cidr'
  }
  return undefined
}

/** A NodeConfig says `name: NAME`, also in its endpoint; a script has the name as a word of its own. */
function namesCluster(text: string, kind: 'al2' | 'al2023', clusterName: string): boolean {
  if (kind === 'al2') return text.split(/[\s'"=]+/).includes(clusterName)
  const names = [...text.matchAll(/["']?\bname["']?:\s*["']?([\w-]+)/g)].map(([, name]) => name)
  return names.includes(clusterName)
}

/** EKS merges MIME documents only (UD-1); found after the group was accepted. */
export function isMergeable(text: string): boolean {
  return text === '' || /^(MIME-Version:|Content-Type: multipart\/)/i.test(text)
}

/** The kubelet sets labels of these prefixes only for keys it knows (UD-8). */
function isForbidden(key: string): boolean {
  const prefix = key.includes('/') ? key.slice(0, key.indexOf('/')) : ''
  if (!forbiddenLabel.test(prefix) || allowedLabel.test(prefix)) return false
  return !knownLabels.includes(key)
}

const knownLabels: readonly string[] = [
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]
