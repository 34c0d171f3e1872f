/** The API servers of a served world: one port, one authority and one kubeconfig per cluster. Twin layer. */

import { randomBytes } from 'node:crypto'
import type { TwinHost } from '../host.ts'
import { KubeFaults } from '../kube-faults.ts'
import type { ClusterServers } from '../serve.ts'
import type { Credentials } from './auth/authenticator.ts'
import { bootstrapCluster } from './bootstrap.ts'
import type { Sink, WireTime } from './context.ts'
import { type FaultedRequest, FaultyServer } from './faults/faulty-server.ts'
import { takeLease } from './faults/take-lease.ts'
import { identitiesOf } from './identities.ts'
import { type KeptLease, type KeptRequest, keptRequest, requestOf } from './kept-request.ts'
import { KubeWire } from './kube-wire.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { CertificateAuthority } from './tls/certificates.ts'
import type { KubeHandler } from './tls/listener.ts'
import { ReopeningListener } from './tls/reopening-listener.ts'

/** How clusters are served. */
export interface ServeClustersOptions {
  /** Loopback unless the user asked for more. */
  readonly address: string
  /** Keeps a kubeconfig, readable by its user only; gives back its path. */
  readonly writeKubeconfig: (clusterName: string, text: string) => string
  /** Faults between clients and servers. @default none */
  readonly faults?: KubeFaults
  /** Told about bugs; the server goes on. */
  readonly onBug?: (error: unknown) => void
}

/** Opens a port per cluster. @throws RegroupError when one cannot be opened; then none stays open. */
export async function serveClusters(
  host: TwinHost,
  options: ServeClustersOptions,
): Promise<ClusterServers> {
  const served: ServedCluster[] = []
  const kubeconfigs = new Map<string, string>()
  const stop = async (): Promise<void> => {
    for (const one of served.splice(0)) await one.stop()
  }
  try {
    for (const name of host.twin.clusters.keys()) {
      const cluster = new ServedCluster(host, name, options)
      served.push(cluster)
      kubeconfigs.set(name, options.writeKubeconfig(name, await cluster.start()))
    }
  } catch (error) {
    await stop()
    throw error
  }
  host.whenReplaced(() => {
    for (const one of served) one.rebuild()
  })
  return { kubeconfigs, stop }
}

class ServedCluster {
  private readonly host: TwinHost
  private readonly name: string
  private readonly options: ServeClustersOptions
  private readonly authority: CertificateAuthority
  private readonly secrets: Pick<Credentials, 'staticToken' | 'signingKey'>
  private readonly open = new Set<Sink>()
  private readonly faulty: FaultyServer
  private readonly listener: ReopeningListener
  private wire: KubeWire | undefined

  constructor(host: TwinHost, name: string, options: ServeClustersOptions) {
    this.host = host
    this.name = name
    this.options = options
    this.authority = new CertificateAuthority(`${name} authority`, host.wall.nowMs())
    this.secrets = {
      staticToken: randomBytes(24).toString('base64url'),
      signingKey: randomBytes(32),
    }
    const time = this.time()
    const { address } = options
    const own = address === '127.0.0.1' ? [] : [address]
    const hosts = ['127.0.0.1', 'localhost', 'kubernetes', ...own]
    this.listener = new ReopeningListener(
      {
        address,
        port: 0,
        certificate: this.authority.issue({ commonName: 'kube-apiserver', hosts }, 'server'),
        clientCaPem: this.authority.certificatePem,
        handle: (...[request, client, sink]: Parameters<KubeHandler>) =>
          this.take(request, client, sink),
        onRequest: () => this.beginRequest(),
      },
      time,
    )
    this.faulty = new FaultyServer(options.faults ?? new KubeFaults('none'), {
      clusterName: name,
      time,
      handle: (request, client, sink, skewMs) => this.handle(request, client, sink, skewMs),
      restart: (downMs) => this.restart(downMs),
      takeLease: (holder) => {
        this.record({ kind: 'lease', holder })
        this.takeLease(holder)
      },
    })
  }

  /** Opens the port; gives back the text of a kubeconfig. */
  async start(): Promise<string> {
    await this.listener.open()
    this.rebuild()
    this.host.onReplay(this.target, async ({ payload }) =>
      this.repeat(payload as KeptRequest | KeptLease),
    )
    const { certificatePem } = this.authority
    const { staticToken: token } = this.secrets
    return kubeconfigText({
      caPem: certificatePem,
      clusterName: this.name,
      server: this.url(),
      token,
    })
  }

  /** Another world has taken the place of the old one: its streams end, its secrets stay. */
  rebuild(): void {
    this.cutAll()
    this.reopen()
    const { account, clusters, kernel } = this.host.twin
    const cluster = clusters.get(this.name)
    if (cluster === undefined) {
      this.wire = undefined
      return
    }
    const caPem = this.authority.certificatePem
    const state = account.clusters.get(this.name)
    if (state !== undefined) {
      state.served = { endpoint: this.url(), caData: Buffer.from(caPem).toString('base64') }
    }
    bootstrapCluster(kernel, cluster, caPem)
    const { onBug } = this.options
    this.wire = new KubeWire({
      kernel,
      cluster,
      time: this.time(),
      credentials: { ...this.secrets, identities: identitiesOf(account, this.name) },
      serverAddress: this.url().slice('https://'.length),
      onNews: () => this.host.pacer.told(),
      onRequest: (request, user) => this.record(keptRequest(request, user)),
      ...(onBug === undefined ? {} : { onBug }),
    })
  }

  async stop(): Promise<void> {
    this.cutAll()
    await this.listener.close()
  }

  private cutAll(): void {
    for (const sink of [...this.open]) sink.cut()
    this.open.clear()
  }

  /** What the watch cache held is gone too: whoever comes back with an old version lists anew. */
  private restart(downMs: number): void {
    const { clusters, kernel } = this.host.twin
    clusters.get(this.name)?.forgetHistory()
    this.cutAll()
    const done = this.beginRequest()
    const closed = this.listener.goDown().then((isNew) => {
      if (isNew) kernel.after(downMs, 'API server restarts', () => this.reopen())
    })
    void closed.finally(done)
  }

  /** Also when the world was replaced while the port was closed. */
  private reopen(): void {
    const done = this.beginRequest()
    this.listener
      .comeBack()
      .catch((error: unknown) => this.options.onBug?.(error))
      .finally(done)
  }

  private get target(): string {
    return `kube/${this.name}`
  }

  private record(payload: KeptRequest | KeptLease | undefined): void {
    if (payload === undefined) return
    this.host.record({ session: this.name, target: this.target, payload })
  }

  private repeat(payload: KeptRequest | KeptLease): void {
    if (payload.kind === 'lease') this.takeLease(payload.holder)
    else this.wire?.repeat(requestOf(payload), payload.user)
  }

  private takeLease(holder: string): void {
    const { clusters, kernel } = this.host.twin
    const cluster = clusters.get(this.name)
    if (cluster !== undefined) takeLease(cluster, kernel, holder)
  }

  private url(): string {
    const { address } = this.options
    const shown = address.includes(':') ? `[${address}]` : address
    return `https://${shown}:${this.listener.port}`
  }

  private take(...[request, client, sink]: Parameters<KubeHandler>): void {
    this.open.add(sink)
    sink.onClose(() => this.open.delete(sink))
    void this.host.pacer.request(async () => this.faulty.take(request, client, sink))
  }

  private handle(...[request, client, sink, skewMs]: FaultedRequest): void {
    if (this.wire === undefined) sink.cut()
    else this.wire.handle(request, client, sink, skewMs)
  }

  /** While a request is read and worked on, virtual time that jumps waits for it. */
  private beginRequest(): () => void {
    const { pacer } = this.host
    let isOver = false
    pacer.begin()
    return () => {
      if (isOver) return
      isOver = true
      pacer.end()
    }
  }

  private time(): WireTime {
    const { wall } = this.host
    return {
      nowMs: () => wall.nowMs(),
      after: (delayMs, run) => {
        const timer = wall.after(delayMs, run)
        return () => timer.cancel()
      },
    }
  }
}
