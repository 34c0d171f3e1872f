/** One simulated Kubernetes cluster, put together. Twin layer. */

import type { KubeApi } from '../../world/kube-api.ts'
import type { ClusterTwin, MachineHost } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Session } from '../kernel/session.ts'
import { TwinApiServer } from './api-server.ts'
import { DisruptionController } from './disruption.ts'
import { startGarbageCollector } from './garbage-collector.ts'
import { kubePort } from './port.ts'
import { KubeStore, type StoreEvent } from './store.ts'

/** Changes kept for watches that resume; older ones answer 410. */
const historyMax = 4000

/** How a cluster starts. */
export interface KubeClusterOptions {
  readonly kernel: Kernel
  readonly name: string
  /** Minor, e.g. `1.32`. */
  readonly kubernetesVersion: string
}

/** Store, API server, disruption controller and garbage collector; the machines are set by the twin. */
export class KubeCluster implements ClusterTwin {
  readonly name: string
  readonly store: KubeStore
  readonly server: TwinApiServer
  readonly disruption: DisruptionController
  kubernetesVersion: string
  private readonly kernel: Kernel
  private readonly history: StoreEvent[] = []
  private historyStart: number
  private host: MachineHost | undefined

  constructor({ kernel, kubernetesVersion, name }: KubeClusterOptions) {
    this.kernel = kernel
    this.name = name
    this.kubernetesVersion = kubernetesVersion
    this.store = new KubeStore(kernel, name)
    this.historyStart = this.store.resourceVersion
    this.server = new TwinApiServer(kernel, this.store)
    this.disruption = new DisruptionController(kernel, this.store)
    startGarbageCollector(kernel, this.store, this.server)
    this.store.subscribe((event) => this.remember(event))
  }

  get machines(): MachineHost {
    if (this.host === undefined) throw new TypeError(`cluster ${this.name} has no machine host yet`)
    return this.host
  }

  /** Set once, when the kubelets of the cluster are started. */
  set machines(host: MachineHost) {
    this.host = host
  }

  api(session: Session): KubeApi {
    return kubePort(session, {
      kernel: this.kernel,
      store: this.store,
      server: this.server,
      version: () => `v${this.kubernetesVersion}.0`,
      history: (since) => this.changesSince(since),
    })
  }

  private remember(event: StoreEvent): void {
    this.history.push(event)
    if (this.history.length < 2 * historyMax) return
    const dropped = this.history.splice(0, historyMax)
    this.historyStart = dropped[dropped.length - 1]?.resourceVersion ?? this.historyStart
  }

  /** The oldest version from which a watch can go on. */
  get oldestVersion(): number {
    return this.historyStart
  }

  /** Nothing older than now is kept, as after a restart of the server: watches must list anew. */
  forgetHistory(): void {
    this.history.length = 0
    this.historyStart = this.store.resourceVersion
  }

  /** Changes after a version, oldest first; undefined when they are no longer kept. */
  changesSince(version: number): readonly StoreEvent[] | undefined {
    if (version < this.historyStart && version < this.store.resourceVersion) return undefined
    return this.history.filter((event) => event.resourceVersion > version)
  }
}
