/** Keep-alive connections to one API server, direct or through its proxy. Kube layer. */

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { ClientCertificate, KubeEndpoint } from './endpoint.ts'
import { openTunnel } from './tunnel.ts'

/** Idle connections kept for the next call. */
const freeSocketsMax = 16
/** Interval of TCP keep-alive probes, so that a dead peer is noticed below HTTP too. */
const keepAliveProbeMs = 30_000

type SocketCallback = (error: Error | null, socket?: Duplex) => void

/** The connections of one server and one client certificate. */
export function agentFor(
  endpoint: KubeEndpoint,
  certificate: ClientCertificate | undefined,
): HttpAgent {
  const isSecure = endpoint.server.protocol === 'https:'
  const options = {
    keepAlive: true,
    keepAliveMsecs: keepAliveProbeMs,
    maxFreeSockets: freeSocketsMax,
    scheduling: 'lifo' as const,
    ...(isSecure ? tlsOptions(endpoint, certificate) : {}),
  }
  const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options)
  if (endpoint.proxyUrl !== undefined) tunnel(agent, endpoint, certificate)
  return agent
}

/** Ends the idle connections of an agent that is replaced; calls under way go on. */
export function closeIdle(agent: HttpAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy()
  }
}

function tlsOptions(
  endpoint: KubeEndpoint,
  certificate: ClientCertificate | undefined,
): ConnectionOptions {
  const { caPem, isTlsVerified, tlsServerName } = endpoint
  return {
    ...(caPem === undefined ? {} : { ca: caPem }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    ...(certificate === undefined
      ? {}
      : { cert: certificate.certificatePem.reveal(), key: certificate.keyPem.reveal() }),
    rejectUnauthorized: isTlsVerified,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
  }
}

/** Node asks an agent for connections through this method, whose asynchronous form the types leave out. */
function tunnel(
  agent: HttpAgent,
  endpoint: KubeEndpoint,
  certificate: ClientCertificate | undefined,
): void {
  const { proxyUrl, server } = endpoint
  const isSecure = server.protocol === 'https:'
  const target = {
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: Number(server.port || (isSecure ? 443 : 80)),
  }
  const create = (_options: unknown, callback: SocketCallback): undefined => {
    openTunnel(new URL(proxyUrl?.reveal() ?? ''), target).then(
      (socket) => {
        if (!isSecure) return callback(null, socket)
        const servername = endpoint.tlsServerName ?? target.host
        const secure = connectTls({
          ...tlsOptions(endpoint, certificate),
          ...(/^[\d.]+$|:/.test(servername) ? {} : { servername }),
          host: target.host,
          socket,
        })
        callback(null, secure)
      },
      (error: Error) => callback(error),
    )
    return undefined
  }
  Object.assign(agent, { createConnection: create })
}
