/** Machines of the twin's AWS half as nodes of a real control plane, and what runs beside kubelets. Test support. */

import type { KubeClient } from '../../../src/kube/client.ts'
import { objectPath } from '../../../src/kube/resources.ts'
import { Reflector } from '../../../src/observe/reflector.ts'
import type { Kernel } from '../../../src/twin/kernel/kernel.ts'
import { operatorAnnotation } from '../../../src/twin/kube/annotations.ts'
import type { KubeCluster } from '../../../src/twin/kube/cluster.ts'
import type { StoreEvent } from '../../../src/twin/kube/store.ts'
import type { ObjectRef } from '../../../src/world/kube-api.ts'
import type {
  DaemonSet,
  Deployment,
  KubeKind,
  KubeObjectOf,
  Node,
  Pod,
} from '../../../src/world/kube-objects.ts'
import { systemClock } from '../../../src/world/system-clock.ts'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { until } from '../control-plane/program.ts'
import type { PlaneActivity } from './plane-activity.ts'

/** The attach-detach controller looks after nodes that say so, as kubelets do. */
const attachAnnotation = 'volumes.kubernetes.io/controller-managed-attach-detach'
/** From the Node's end to the collection of its pods: 41-60 s on the real one, whose tick is wall time. */
const podGcMs = 50_000
/** From a pod's end to its successor by an operator. */
const operatorMs = 2000

/** What the bridge stands between. */
export interface BridgeOptions {
  readonly plane: ControlPlane
  readonly kube: KubeClient
  readonly activity: PlaneActivity
  readonly kernel: Kernel
  /** The Kubernetes half of the twin: it has the nodes and the add-ons of EKS, and nobody's workloads. */
  readonly cluster: KubeCluster
}

/**
 * Nodes are created, become Ready and are deleted as the twin's are; images of add-ons change as EKS changes
 * them. It also plays the CSI attacher (attaches at once), operators, and the pod collector on virtual time.
 */
export class MachineBridge {
  private readonly options: BridgeOptions
  /** Writes about one object go one after the other. */
  private readonly queues = new Map<string, Promise<void>>()
  private readonly failures: unknown[] = []
  private readonly unsubscribe: () => void
  private readonly attachments: Reflector<'VolumeAttachment'>

  constructor(options: BridgeOptions) {
    this.options = options
    const { activity, cluster, kube } = options
    this.unsubscribe = cluster.store.subscribe((event) => this.take(event))
    activity.onPod((pod, isGone) => {
      if (isGone) this.operate(pod)
    })
    this.attachments = new Reflector({
      kube,
      clock: systemClock(),
      kind: 'VolumeAttachment',
      onChange: () => undefined,
      projection: {
        reset: () => undefined,
        put: (one) => this.attach(one),
        remove: () => undefined,
      },
    })
  }

  /** Creates the nodes that are there at the start. */
  async start(): Promise<void> {
    await this.attachments.start()
    for (const node of this.options.cluster.store.list('Node')) this.create(node)
    await this.idle()
  }

  stop(): void {
    this.unsubscribe()
    this.attachments.stop()
  }

  /** All writes so far are done. @throws the first that failed for good. */
  async idle(): Promise<void> {
    await Promise.all(this.queues.values())
    if (this.failures.length > 0) throw this.failures[0]
  }

  private take({ kind, object, previous, type }: StoreEvent): void {
    if (kind === 'Node') {
      const node = object as Node
      if (type === 'ADDED') this.create(node)
      else if (type === 'DELETED') this.remove(node)
      else if (readyOf(node) !== readyOf(previous as Node)) this.report(node)
    } else if ((kind === 'DaemonSet' || kind === 'Deployment') && type === 'MODIFIED') {
      this.roll(object as DaemonSet | Deployment)
    }
  }

  private create(node: Node): void {
    const { annotations, labels, name } = node.metadata
    const taints = node.spec?.taints?.filter((one) => !one.key.startsWith('node.kubernetes.io/'))
    const body = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels, annotations: { ...annotations, [attachAnnotation]: 'true' } },
      spec: { providerID: node.spec?.providerID, taints },
      status: node.status,
    }
    this.write('Node', { name }, { method: 'POST', body })
  }

  private report(node: Node): void {
    const { name } = node.metadata
    const body = { status: { conditions: node.status?.conditions } }
    this.write('Node', { name }, { method: 'PATCH', subresource: 'status', body })
  }

  private remove(node: Node): void {
    const { name } = node.metadata
    const { activity, kernel } = this.options
    this.write('Node', { name }, { method: 'DELETE' })
    kernel.after(podGcMs, 'pod-gc', () => {
      for (const pod of activity.pods.values()) {
        if (pod.spec.nodeName !== name) continue
        const body = { gracePeriodSeconds: 0 }
        this.write('Pod', pod.metadata, { method: 'DELETE', body })
      }
    })
  }

  private roll({ kind, metadata, spec }: DaemonSet | Deployment): void {
    const containers = spec.template.spec.containers.map(({ image, name }) => ({ name, image }))
    const body = { spec: { template: { spec: { containers } } } }
    this.write(kind, metadata, { method: 'PATCH', body })
  }

  private attach({ metadata, status }: KubeObjectOf<'VolumeAttachment'>): void {
    if (status?.attached === true) return
    const body = { status: { attached: true } }
    this.write('VolumeAttachment', metadata, { method: 'PATCH', subresource: 'status', body })
  }

  private operate(pod: Pod): void {
    if (pod.metadata.annotations?.[operatorAnnotation] !== 'recreate') return
    const { annotations, labels, name, namespace, ownerReferences } = pod.metadata
    const { nodeName: _, ...spec } = pod.spec
    const metadata = { annotations, labels, name, namespace, ownerReferences }
    const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec }
    this.options.kernel.after(operatorMs, 'operator', () =>
      this.write('Pod', pod.metadata, { method: 'POST', body }),
    )
  }

  private write(kind: KubeKind, { name, namespace }: ObjectRef, sent: Write): void {
    const { activity, plane } = this.options
    // Now, inside the event that made it: time must not jump on before the write is sent.
    activity.touch()
    const path = objectPath(kind, { name, namespace }, sent.subresource)
    const key = `${kind} ${namespace}/${name}`
    const send = async (): Promise<true | undefined> => {
      try {
        const { body, code } = await plane.raw.send({
          method: sent.method,
          path: sent.method === 'POST' ? path.slice(0, path.lastIndexOf('/')) : path,
          body: sent.body,
          ...(sent.method === 'PATCH'
            ? { contentType: 'application/strategic-merge-patch+json' }
            : {}),
        })
        if (code < 300 || code === 404 || code === 409) return true
        if (code === 429 || code >= 500) return undefined
        throw new Refused(`${sent.method} ${path} answered ${code}: ${JSON.stringify(body)}`)
      } catch (error) {
        if (error instanceof Refused) throw error
        // No connection: the API server is away for a moment.
        return undefined
      }
    }
    const work = (): Promise<unknown> =>
      activity.during(() => until(`${sent.method} ${path}`, send))
    const queue = (this.queues.get(key) ?? Promise.resolve()).then(work).then(
      () => undefined,
      (error: unknown) => void this.failures.push(error),
    )
    this.queues.set(key, queue)
  }
}

interface Write {
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  readonly subresource?: string
  readonly body?: unknown
}

class Refused extends Error {}

function readyOf(node: Node): string | undefined {
  return node.status?.conditions?.find((one) => one.type === 'Ready')?.status
}
