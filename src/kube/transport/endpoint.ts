/** Where an API server is and how to trust it. Kube layer, types only. */

import type { Secret } from '../secret.ts'

/** A server as a kubeconfig describes it. */
export interface KubeEndpoint {
  /** Name of the cluster in messages. */
  readonly name: string
  /** URL; its path, if any, goes before every request's path. */
  readonly server: URL
  /** PEM bundle; undefined = the system's authorities. */
  readonly caPem?: string
  /** Name that the server's certificate must carry instead of the host of the URL. */
  readonly tlsServerName?: string
  /** False only for `insecure-skip-tls-verify`. */
  readonly isTlsVerified: boolean
  /** http, https or socks5 URL, with user and password if the proxy wants them. */
  readonly proxyUrl?: Secret
}

/** A client certificate and its key, PEM. */
export interface ClientCertificate {
  readonly certificatePem: Secret
  readonly keyPem: Secret
}

/** On whose behalf the calls are made. */
export interface Impersonation {
  readonly user: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}
