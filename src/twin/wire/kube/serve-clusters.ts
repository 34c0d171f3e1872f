/** The API servers of a served world: one port, one authority and one kubeconfig per cluster. Twin layer. */

import { randomBytes } from 'node:crypto'
import type { TwinHost } from '../host.ts'
import type { ClusterServers } from '../serve.ts'
import type { Credentials } from './auth/authenticator.ts'
import { bootstrapCluster } from './bootstrap.ts'
import type { Sink, WireTime } from './context.ts'
import { identitiesOf } from './identities.ts'
import { KubeWire } from './kube-wire.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { CertificateAuthority } from './tls/certificates.ts'
import { type KubeHandler, type KubeListener, listenKube } from './tls/listener.ts'

/** How clusters are served. */
export interface ServeClustersOptions {
  /** Loopback unless the user asked for more. */
  readonly address: string
  /** Keeps a kubeconfig, readable by its user only; gives back its path. */
  readonly writeKubeconfig: (clusterName: string, text: string) => string
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
  private listener: KubeListener | undefined
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
  }

  /** Opens the port; gives back the text of a kubeconfig. */
  async start(): Promise<string> {
    const { address } = this.options
    const hosts = [
      '127.0.0.1',
      'localhost',
      'kubernetes',
      ...(address === '127.0.0.1' ? [] : [address]),
    ]
    const certificate = this.authority.issue({ commonName: 'kube-apiserver', hosts }, 'server')
    this.listener = await listenKube({
      address,
      port: 0,
      certificate,
      clientCaPem: this.authority.certificatePem,
      handle: (request, client, sink) => this.handle(request, client, sink),
      onRequest: () => this.beginRequest(),
    })
    this.rebuild()
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
    for (const sink of [...this.open]) sink.cut()
    this.open.clear()
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
      ...(onBug === undefined ? {} : { onBug }),
    })
  }

  async stop(): Promise<void> {
    for (const sink of [...this.open]) sink.cut()
    await this.listener?.close()
  }

  private url(): string {
    const { address } = this.options
    const shown = address.includes(':') ? `[${address}]` : address
    return `https://${shown}:${this.listener?.port ?? 0}`
  }

  private handle(...[request, client, sink]: Parameters<KubeHandler>): void {
    const { wire } = this
    if (wire === undefined) {
      sink.cut()
      return
    }
    this.open.add(sink)
    sink.onClose(() => this.open.delete(sink))
    const isRead = request.method === 'GET'
    void this.host.pacer.request(async () => {
      if (!isRead) {
        const payload = { cluster: this.name, method: request.method, url: request.url }
        this.host.record({ session: this.name, target: 'kube', payload })
      }
      wire.handle(request, client, sink)
    })
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
