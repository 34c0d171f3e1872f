/** A small world with three Ready nodes, and workloads of one name in it. Test support. */

import type { KubeKind, Pod, PodTemplate } from '../src/world/kube-objects.ts'
import { addOldGroup, type SmallWorld, smallWorld } from './small-world.ts'

/** Namespace of every workload here. */
export const namespace = 'default'
/** Labels and name of every workload here. */
export const labels = { app: 'web' }
const selector = { matchLabels: labels }

/** Kinds whose pods the twin keeps. */
export type WorkloadKind = 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job'

/** A template that differs by its image. */
export function templateOf(image: string, pod: object = {}): PodTemplate {
  const spec = { containers: [{ name: 'web', image }], ...pod }
  return { metadata: { labels }, spec } as PodTemplate
}

/** Three nodes of the old group, Ready. */
export function readyWorld(): SmallWorld {
  const world = smallWorld()
  addOldGroup(world)
  world.advance(180_000)
  return world
}

/** Creates the workload `web` as its owner does. */
export function create(world: SmallWorld, kind: WorkloadKind, spec: object, name = 'web'): void {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1'
  const whole = { selector, template: templateOf('web:1'), ...spec }
  const object = { apiVersion, kind, metadata: { namespace, name, labels }, spec: whole }
  world.cluster.server.create(kind, object as never, 'owner')
}

/** Merges into its spec, as `kubectl patch --type merge` does. */
export function patch(world: SmallWorld, kind: WorkloadKind, spec: object): void {
  const ref = { namespace, name: 'web' }
  world.cluster.server.patch(kind, ref, { type: 'merge', body: { spec } }, 'owner')
}

/** Pods with the labels, in order of their names. */
export function podsOf({ cluster }: SmallWorld): readonly Pod[] {
  return cluster.store.list('Pod').filter((pod) => pod.metadata.labels?.app === 'web')
}

/** Images of the pods that are not on their way out. */
export function imagesOf(world: SmallWorld): readonly string[] {
  const staying = podsOf(world).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  return staying.map(({ spec }) => String(Reflect.get(spec.containers[0] ?? {}, 'image')))
}

/** The object named `web`. */
export function statusOf(world: SmallWorld, kind: WorkloadKind): Record<string, unknown> {
  const object = world.cluster.store.get(kind as KubeKind, namespace, 'web')
  return { ...(object as { status?: object } | undefined)?.status }
}

/** Advances second by second until it holds; gives back the seconds. */
export function secondsUntil(world: SmallWorld, holds: () => boolean, mostSeconds = 900): number {
  for (let seconds = 0; seconds <= mostSeconds; seconds += 1) {
    if (holds()) return seconds
    world.advance(1000)
  }
  throw new Error(`not within ${mostSeconds} s`)
}
