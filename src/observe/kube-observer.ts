/** What the cluster's API server says: one watch per kind, projected. Observe layer. */

import { prioritiesName, recordName, systemNamespace } from '../decide/names.ts'
import type { MigrationRecord, ObservedAutoscaler, ObservedPriorities } from '../decide/observed.ts'
import { minorOf, versionOf } from '../nodes/kubernetes-version.ts'
import type { Clock } from '../world/clock.ts'
import type { RegroupError } from '../world/failure.ts'
import type { KubeApi, ListOptions } from '../world/kube-api.ts'
import type { ConfigMap, Deployment, KubeKind } from '../world/kube-objects.ts'
import { DrainState } from './drain-state.ts'
import { type Projection, Reflector } from './reflector.ts'

const drainKinds: readonly KubeKind[] = [
  'Node',
  'Pod',
  'PodDisruptionBudget',
  'ReplicaSet',
  'StatefulSet',
  'PersistentVolume',
  'VolumeAttachment',
  'Service',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
]

/** Live state of one cluster. */
export class KubeObserver {
  readonly drain = new DrainState()
  private readonly reflectors: readonly Reflector<KubeKind>[]
  private readonly configMaps = new Map<string, ConfigMap>()
  private readonly deployments = new Map<string, Deployment>()
  private readonly options: {
    readonly kube: KubeApi
    readonly clock: Clock
    readonly onChange: () => void
  }

  constructor(options: {
    readonly kube: KubeApi
    readonly clock: Clock
    readonly onChange: () => void
  }) {
    this.options = options
    this.reflectors = [
      ...drainKinds.map((kind) => this.reflector(kind, this.drain.projectionOf(kind))),
      this.reflector('ConfigMap', mapProjection(this.configMaps), { namespace: systemNamespace }),
      this.reflector('Deployment', mapProjection(this.deployments), { namespace: systemNamespace }),
    ]
  }

  /** Lists everything once; the watches go on in the background. May be called again when it failed. */
  async start(): Promise<void> {
    for (const reflector of this.reflectors) await reflector.start()
  }

  stop(): void {
    for (const reflector of this.reflectors) reflector.stop()
  }

  /** Texts of watches that are not current. */
  failures(): readonly string[] {
    return this.reflectors.flatMap((one) => one.failure ?? [])
  }

  /** A refusal that no retry mends: some right is missing. */
  refusal(): RegroupError | undefined {
    return this.reflectors.find((one) => one.refusal !== undefined)?.refusal
  }

  priorities(): ObservedPriorities | undefined {
    const map = this.configMaps.get(prioritiesName)
    if (map === undefined) return undefined
    return {
      text: map.data?.priorities ?? '',
      resourceVersion: map.metadata.resourceVersion ?? '',
      annotations: map.metadata.annotations ?? {},
    }
  }

  record(): MigrationRecord {
    const data = this.configMaps.get(recordName)?.data
    if (data === undefined) return { exists: false }
    const numbers: Record<string, number> = {}
    for (const [key, text] of Object.entries(data)) {
      if (/^\d+$/.test(text)) numbers[key] = Number(text)
    }
    return { exists: true, ...numbers }
  }

  autoscaler(): ObservedAutoscaler | undefined {
    for (const deployment of this.deployments.values()) {
      const container = deployment.spec.template.spec.containers.find((one) =>
        /cluster-autoscaler/.test(one.image ?? ''),
      )
      if (container?.image === undefined) continue
      const minor = minorOf(/:v?(\d+\.\d+)/.exec(container.image)?.[1] ?? '')
      return {
        namespace: systemNamespace,
        name: deployment.metadata.name,
        image: container.image,
        containerName: container.name,
        minor: Number.isNaN(minor) ? undefined : versionOf(minor),
      }
    }
    return undefined
  }

  private reflector<K extends KubeKind>(
    kind: K,
    projection: Projection<K>,
    selection?: ListOptions,
  ): Reflector<KubeKind> {
    const selected = selection === undefined ? {} : { selection }
    const reflector = new Reflector({ ...this.options, ...selected, kind, projection })
    return reflector as unknown as Reflector<KubeKind>
  }
}

function mapProjection<T extends { readonly metadata: { readonly name: string } }>(
  map: Map<string, T>,
) {
  return {
    reset: () => map.clear(),
    put: (object: T) => void map.set(object.metadata.name, object),
    remove: (object: T) => void map.delete(object.metadata.name),
  }
}
