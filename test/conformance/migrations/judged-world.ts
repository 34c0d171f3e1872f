/** A world that both the twin and the real control plane can run: the same pods, the same delays. Test support. */

import type { WorldCluster, WorldSpec } from '../../../src/twin/build/world-spec.ts'
import {
  behaviourAnnotation,
  runAnnotation,
  startAnnotation,
  stopAnnotation,
} from '../../../src/twin/kube/annotations.ts'
import type { KubeObject, PodTemplate } from '../../../src/world/kube-objects.ts'

/** As the stages of KWOK have them (stages.yaml). */
const podTimes = { [startAnnotation]: '2', [stopAnnotation]: '1' }
/** The stages know who is never Ready; `crash-loop:k` below all replicas would need to count. */
const behaviours: readonly (string | undefined)[] = [undefined, 'crash-loop:2', 'ignores-sigterm']

/**
 * Without an autoscaler (the real one cannot be had, and Regroup sizes its groups itself), without what runs to
 * its completion (KWOK has no time of its own to run), and every pod with fixed delays.
 */
export function judgedWorld(world: WorldSpec, startAt: string): WorldSpec {
  return { ...world, startAt, clusters: world.clusters.map(judgedCluster) }
}

function judgedCluster(cluster: WorldCluster): WorldCluster {
  const kept = cluster.objects.filter(isJudged)
  return { ...cluster, autoscaler: undefined, objects: kept.map(withPodTimes) }
}

function isJudged(object: KubeObject): boolean {
  if (object.kind === 'Job') return false
  const { annotations } =
    object.kind === 'Pod' ? object.metadata : (templateOf(object)?.metadata ?? {})
  return (
    annotations?.[runAnnotation] === undefined &&
    behaviours.includes(annotations?.[behaviourAnnotation])
  )
}

function templateOf(object: KubeObject): PodTemplate | undefined {
  return object.kind === 'DaemonSet' ||
    object.kind === 'Deployment' ||
    object.kind === 'StatefulSet'
    ? object.spec.template
    : undefined
}

function withPodTimes(object: KubeObject): KubeObject {
  if (object.kind === 'Pod') {
    const annotations = { ...object.metadata.annotations, ...podTimes }
    return { ...object, metadata: { ...object.metadata, annotations } }
  }
  const template = templateOf(object)
  if (template === undefined) return object
  const annotations = { ...template.metadata?.annotations, ...podTimes }
  const timed = { ...template, metadata: { ...template.metadata, annotations } }
  const { spec } = object as Extract<KubeObject, { readonly kind: 'Deployment' }>
  return { ...object, spec: { ...spec, template: timed } } as KubeObject
}
