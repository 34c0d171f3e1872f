/** What a check keeps of a pod. Observe layer, pure. */

import type { Container, Pod, StringMap } from '../../world/kube-objects.ts'

/** A pod without what a check does not need. */
export interface SeenPod {
  readonly namespace: string
  readonly labels: StringMap
  /** Succeeded or failed: no node waits for it. */
  readonly isOver: boolean
  /** `namespace/workload` when it looks as if it needs instance metadata. */
  readonly metadataUser?: string
}

/** What IRSA and Pod Identity put into containers. */
const credentialNames: ReadonlySet<string> = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
])
/** Told to programs that speak to AWS. */
const regionNames: ReadonlySet<string> = new Set(['AWS_DEFAULT_REGION', 'AWS_REGION'])
/** Programs that always do. */
const awsPrograms = [
  'aws-cluster-autoscaler',
  'aws-ebs-csi-driver',
  'aws-efs-csi-driver',
  'aws-load-balancer-controller',
  'aws-node-termination-handler',
  'cloudwatch-agent',
  'cluster-autoscaler',
  'external-dns',
  'karpenter',
]
const awsImages = new RegExp(`(?:^|/)(?:${awsPrograms.join('|')})(?:[:@/]|$)`)

/** Reads everything that is kept. */
export function seenPod({ metadata, spec, status }: Pod): SeenPod {
  const namespace = metadata.namespace ?? ''
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  const names = new Set(containers.flatMap(envNames))
  const hasOwn = [...names].some((name) => credentialNames.has(name))
  const speaks =
    [...names].some((name) => regionNames.has(name)) ||
    containers.some(({ image = '' }) => awsImages.test(image))
  const needsIt = speaks && !hasOwn && spec.hostNetwork !== true
  return {
    namespace,
    labels: metadata.labels ?? {},
    isOver: status?.phase === 'Succeeded' || status?.phase === 'Failed',
    ...(needsIt ? { metadataUser: `${namespace}/${workloadOf(metadata)}` } : {}),
  }
}

function envNames({ env = [] }: Container): readonly string[] {
  return env.map(({ name }) => name)
}

/** Name of the Deployment behind the ReplicaSet, of any other owner, or of the pod. */
function workloadOf({ name, ownerReferences = [] }: Pod['metadata']): string {
  const [owner] = ownerReferences
  if (owner === undefined) return name
  return owner.kind === 'ReplicaSet' ? owner.name.replace(/-[a-z0-9]+$/, '') : owner.name
}
