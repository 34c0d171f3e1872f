/** What of an object the projections read; the rest need not be kept while a list arrives. Observe layer, pure. */

import type {
  Container,
  Node,
  ObjectMeta,
  Pod,
  PodSpec,
  ReplicaSet,
  StatefulSet,
} from '../world/kube-objects.ts'

/** Written by `kubectl apply`: the whole object once more. */
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'
/** Templates of one cluster; beyond it sharing begins anew. */
const specsSharedMax = 20_000

/**
 * Makes small pods; those of one template share their spec. What differs from pod to pod without meaning for a
 * drain (the name of the token volume, mounts, environments) is gone, so that they are equal indeed.
 */
export function podShrinker(): (pod: Pod) => Pod {
  const shared = new Map<string, PodSpec>()
  return ({ apiVersion, kind, metadata, spec, status }) => {
    const { nodeName, ...rest } = shrunkSpec(spec)
    const key = JSON.stringify(rest)
    let template = shared.get(key)
    if (template === undefined) {
      if (shared.size >= specsSharedMax) shared.clear()
      template = rest
      shared.set(key, template)
    }
    const conditions = status?.conditions?.filter(
      ({ type }) => type === 'Ready' || type === 'PodScheduled',
    )
    return {
      apiVersion,
      kind,
      metadata: shrunkMeta(metadata),
      spec: nodeName === undefined ? template : { ...template, nodeName },
      ...(status === undefined
        ? {}
        : {
            status: {
              ...(status.phase === undefined ? {} : { phase: status.phase }),
              ...(conditions === undefined ? {} : { conditions }),
            },
          }),
    }
  }
}

/** A node without the list of images on it. */
export function shrinkNode(node: Node): Node {
  const { images: _, ...status } = (node.status ?? {}) as Record<string, unknown>
  return { ...node, metadata: shrunkMeta(node.metadata), status }
}

/** Metadata and replica count of a workload, without its template. */
export function shrinkWorkload<T extends ReplicaSet | StatefulSet>(workload: T): T {
  const { apiVersion, kind, metadata, spec } = workload
  const { replicas } = spec
  return {
    apiVersion,
    kind,
    metadata: shrunkMeta(metadata),
    spec: replicas === undefined ? {} : { replicas },
  } as unknown as T
}

function shrunkMeta(metadata: ObjectMeta): ObjectMeta {
  const { annotations } = metadata
  if (annotations?.[lastAppliedAnnotation] === undefined) return metadata
  const { [lastAppliedAnnotation]: _, ...kept } = annotations
  return { ...metadata, annotations: kept }
}

function shrunkSpec(spec: PodSpec): PodSpec {
  const { containers, initContainers, volumes } = spec
  return {
    ...only(spec, specMembers),
    containers: containers.map((one) => only(one, containerMembers)),
    ...(initContainers === undefined
      ? {}
      : { initContainers: initContainers.map((one) => only(one, containerMembers)) }),
    ...(volumes === undefined ? {} : { volumes: volumes.filter(isRead) }),
  }
}

const specMembers = [
  'nodeName',
  'nodeSelector',
  'affinity',
  'tolerations',
  'topologySpreadConstraints',
  'terminationGracePeriodSeconds',
  'priority',
  'restartPolicy',
  'overhead',
] as const satisfies readonly (keyof PodSpec)[]

const containerMembers = [
  'name',
  'restartPolicy',
  'ports',
  'resources',
] as const satisfies readonly (keyof Container)[]

function only<T extends object, M extends keyof T>(object: T, members: readonly M[]): Pick<T, M> {
  const kept: Partial<T> = {}
  for (const member of members) if (object[member] !== undefined) kept[member] = object[member]
  return kept as Pick<T, M>
}

function isRead(volume: NonNullable<PodSpec['volumes']>[number]): boolean {
  const { emptyDir, hostPath, persistentVolumeClaim } = volume
  return (emptyDir ?? hostPath ?? persistentVolumeClaim) !== undefined
}
