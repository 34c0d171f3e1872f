/** The indexed view of a cluster's pods, nodes and budgets, kept up to date by watches. Observe layer. */

import type { DrainController, DrainNode, DrainPod, DrainView, DrainVolume } from '../drain/view.ts'
import type { KubeKind, KubeObjectOf, StringMap } from '../world/kube-objects.ts'
import { PodIndex } from './pod-index.ts'
import { keyOf, projectPod } from './pod-projection.ts'
import { projectBudget, projectController, projectNode, projectVolume } from './projections.ts'
import type { Projection } from './reflector.ts'
import { podShrinker, shrinkNode, shrinkWorkload } from './shrink.ts'

/** Live state behind a {@link DrainView}; one per cluster and process. */
export class DrainState {
  private readonly nodes = new Map<string, DrainNode>()
  private readonly nodeByInstance = new Map<string, DrainNode>()
  private readonly pods = new PodIndex()
  private readonly controllers = new Map<string, DrainController>()
  private readonly volumesByClaim = new Map<string, DrainVolume>()
  private readonly attachments = new Map<string, { node: string; volume: string }>()
  private readonly services = new Map<string, StringMap>()
  private readonly webhookServices = new Map<string, readonly string[]>()
  private readonly evictedAtMs = new Map<string, number>()

  /** Pods known now. */
  get podCount(): number {
    return this.pods.view().pods.size
  }

  /** Marks a pod as on its way out until a watch says so: our own eviction may be ahead of the cache. */
  noteEviction(key: string, uid: string, atMs: number): void {
    const pod = this.pods.get(key)
    this.evictedAtMs.set(uid, atMs)
    if (pod === undefined || pod.uid !== uid || pod.deletionAtMs !== undefined) return
    this.pods.put({ ...pod, deletionAtMs: atMs + pod.needs.gracePeriodSeconds * 1000 })
  }

  /** The projections, one per kind that the drain needs. */
  projectionOf<K extends KubeKind>(kind: K): Projection<K> {
    const found = this.projections[kind as keyof typeof this.projections]
    return found as unknown as Projection<K>
  }

  /** The current view. Its maps are live: read it within one turn. */
  view(): DrainView {
    return {
      nodes: this.nodes,
      nodeByInstance: this.nodeByInstance,
      ...this.pods.view(),
      controllers: this.controllers,
      volumesByClaim: this.volumesByClaim,
      attachedByNode: this.attachedByNode(),
      webhookBackends: this.webhookBackends(),
    }
  }

  private readonly projections = {
    Node: {
      ...this.projection<'Node'>(
        () => [this.nodes, this.nodeByInstance],
        (node) => this.putNode(projectNode(node)),
        (node) => this.removeNode(node.metadata.name),
      ),
      shrink: shrinkNode,
    } satisfies Projection<'Node'>,
    Pod: {
      reset: () => this.pods.clearPods(),
      put: (pod) => this.takePod(projectPod(pod)),
      remove: (pod) => this.pods.remove(keyOf(pod.metadata)),
      shrink: podShrinker(),
    } satisfies Projection<'Pod'>,
    PodDisruptionBudget: {
      reset: () => this.pods.clearBudgets(),
      put: (budget) => this.pods.putBudget(projectBudget(budget)),
      remove: (budget) => this.pods.removeBudget(keyOf(budget.metadata)),
    } satisfies Projection<'PodDisruptionBudget'>,
    ReplicaSet: this.controllerProjection<'ReplicaSet'>(),
    StatefulSet: this.controllerProjection<'StatefulSet'>(),
    PersistentVolume: this.projection<'PersistentVolume'>(
      () => [this.volumesByClaim],
      (volume) => this.takeVolume(projectVolume(volume), 'put'),
      (volume) => this.takeVolume(projectVolume(volume), 'remove'),
    ),
    VolumeAttachment: this.projection<'VolumeAttachment'>(
      () => [this.attachments],
      ({ metadata, spec }) => {
        const volume = spec.source.persistentVolumeName ?? metadata.name
        this.attachments.set(metadata.name, { node: spec.nodeName, volume })
      },
      ({ metadata }) => this.attachments.delete(metadata.name),
    ),
    Service: this.projection<'Service'>(
      () => [this.services],
      ({ metadata, spec }) =>
        this.services.set(`${metadata.namespace}/${metadata.name}`, spec?.selector ?? {}),
      ({ metadata }) => this.services.delete(`${metadata.namespace}/${metadata.name}`),
    ),
    ValidatingWebhookConfiguration: this.webhookProjection<'ValidatingWebhookConfiguration'>(),
    MutatingWebhookConfiguration: this.webhookProjection<'MutatingWebhookConfiguration'>(),
  }

  private projection<K extends KubeKind>(
    maps: () => readonly Map<string, unknown>[],
    put: (object: KubeObjectOf<K>) => unknown,
    remove: (object: KubeObjectOf<K>) => unknown,
  ): Projection<K> {
    return {
      reset: () => {
        for (const map of maps()) map.clear()
      },
      put: (object) => void put(object),
      remove: (object) => void remove(object),
    }
  }

  private controllerProjection<K extends 'ReplicaSet' | 'StatefulSet'>(): Projection<K> {
    const own = new Set<string>()
    return {
      reset: () => {
        for (const uid of own) this.controllers.delete(uid)
        own.clear()
      },
      put: (object) => {
        const controller = projectController(object)
        own.add(controller.uid)
        this.controllers.set(controller.uid, controller)
      },
      remove: (object) => {
        own.delete(object.metadata.uid ?? '')
        this.controllers.delete(object.metadata.uid ?? '')
      },
      shrink: (object) => shrinkWorkload(object),
    }
  }

  private webhookProjection<
    K extends 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration',
  >(): Projection<K> {
    const own = new Set<string>()
    return {
      reset: () => {
        for (const name of own) this.webhookServices.delete(name)
        own.clear()
      },
      put: ({ kind, metadata, webhooks }) => {
        const services = (webhooks ?? [])
          .filter((webhook) => webhook.failurePolicy !== 'Ignore')
          .flatMap(({ clientConfig }) => clientConfig?.service ?? [])
          .map((service) => `${service.namespace}/${service.name}`)
        own.add(`${kind}/${metadata.name}`)
        this.webhookServices.set(`${kind}/${metadata.name}`, services)
      },
      remove: ({ kind, metadata }) => {
        own.delete(`${kind}/${metadata.name}`)
        this.webhookServices.delete(`${kind}/${metadata.name}`)
      },
    }
  }

  private takeVolume(volume: DrainVolume | undefined, change: 'put' | 'remove'): void {
    if (volume === undefined) return
    if (change === 'put') this.volumesByClaim.set(volume.claimKey, volume)
    else this.volumesByClaim.delete(volume.claimKey)
    this.pods.touchAll()
  }

  private putNode(node: DrainNode): void {
    const previous = this.nodes.get(node.name)
    if (previous?.instanceId !== undefined) this.nodeByInstance.delete(previous.instanceId)
    this.nodes.set(node.name, node)
    if (node.instanceId !== undefined) this.nodeByInstance.set(node.instanceId, node)
  }

  private removeNode(name: string): void {
    const node = this.nodes.get(name)
    this.nodes.delete(name)
    if (node?.instanceId !== undefined) this.nodeByInstance.delete(node.instanceId)
  }

  private takePod(pod: DrainPod): void {
    const evictedAtMs = this.evictedAtMs.get(pod.uid)
    if (evictedAtMs === undefined || pod.deletionAtMs !== undefined) {
      this.evictedAtMs.delete(pod.uid)
      this.pods.put(pod)
      return
    }
    this.pods.put({ ...pod, deletionAtMs: evictedAtMs + pod.needs.gracePeriodSeconds * 1000 })
  }

  private attachedByNode(): ReadonlyMap<string, readonly string[]> {
    const byNode = new Map<string, string[]>()
    for (const { node, volume } of this.attachments.values()) {
      const list = byNode.get(node)
      if (list === undefined) byNode.set(node, [volume])
      else list.push(volume)
    }
    return byNode
  }

  private webhookBackends(): DrainView['webhookBackends'] {
    const names = new Set([...this.webhookServices.values()].flat())
    return [...names].sort().flatMap((name) => {
      const selector = this.services.get(name)
      const isUsable = selector !== undefined && Object.keys(selector).length > 0
      return isUsable ? [{ namespace: name.slice(0, name.indexOf('/')), selector }] : []
    })
  }
}
