/** A cluster's API on real sockets, and a plain HTTPS client of it. */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { parse } from 'yaml'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { serveClusters } from '../src/twin/wire/kube/serve-clusters.ts'
import { assert } from '../src/world/assert.ts'
import { type Served, servedTwin } from './served-twin.ts'

interface Kubeconfig {
  readonly clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }]
  readonly users: [{ user: { token: string } }]
}

/** A served world whose first cluster can be asked. */
export interface ServedCluster extends Served {
  /** e.g. `https://127.0.0.1:40123`. */
  readonly server: string
  readonly caPem: Buffer
  /** Of the kubeconfig: an administrator's. */
  readonly token: string
}

/** What came back; `body` is what arrived of it. */
export interface Answered {
  readonly code: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** False when the connection broke before the end. */
  readonly isWhole: boolean
}

/** How to ask. */
export interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Ends the call; what came so far is the answer. */
  readonly signal?: AbortSignal
  /** Called with everything that comes, as it comes. */
  readonly onData?: (text: string) => void
}

/** The starter world on free ports, on a clock that the test moves. */
export async function servedCluster(): Promise<ServedCluster> {
  const world = scenarioWorld('starter')
  assert(world !== undefined, 'the scenario exists')
  const texts: string[] = []
  const running = await servedTwin({
    world,
    clusterServers: (host, faults) =>
      serveClusters(host, {
        address: '127.0.0.1',
        writeKubeconfig: (name, text) => {
          texts.push(text)
          return `/kube/${name}`
        },
        faults,
      }),
  })
  const { clusters, users } = parse(texts[0] ?? '') as Kubeconfig
  const { 'certificate-authority-data': ca, server } = clusters[0].cluster
  return { ...running, server, caPem: Buffer.from(ca, 'base64'), token: users[0].user.token }
}

/**
 * One request on a connection of its own, as the administrator unless the headers say otherwise. The authority
 * has dates of the twin's own clock, so they are not checked. Rejects when no answer begins.
 */
export function ask(
  { caPem: ca, server, token }: Pick<ServedCluster, 'server' | 'caPem' | 'token'>,
  path: string,
  options: AskOptions = {},
): Promise<Answered> {
  const { body, headers, method = 'GET', onData, signal } = options
  const all = { authorization: `Bearer ${token}`, ...headers }
  return new Promise((resolve, reject) => {
    const call = httpsRequest(
      `${server}${path}`,
      { method, headers: all, ca, rejectUnauthorized: false, agent: false },
      (answer: IncomingMessage) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          onData?.(chunk.toString())
        })
        const settle = (isWhole: boolean): void => {
          const text = Buffer.concat(chunks).toString()
          const { headers: heard, statusCode = 0 } = answer
          resolve({ code: statusCode, headers: heard, body: text, isWhole })
        }
        answer.once('end', () => settle(true))
        answer.once('error', () => settle(false))
      },
    )
    call.once('error', reject)
    signal?.addEventListener('abort', () => call.destroy())
    call.end(body)
  })
}

/** A token of EKS, signed at a time such as `20261101T000000Z`. */
export function eksToken(accessKeyId: string, signedAt: string): string {
  return `k8s-aws-v1.${Buffer.from(eksTokenUrl(accessKeyId, signedAt)).toString('base64url')}`
}

/** What is inside of it. */
export function eksTokenUrl(accessKeyId: string, signedAt: string): string {
  const query = new URLSearchParams({
    Action: 'GetCallerIdentity',
    'X-Amz-Credential': `${accessKeyId}/${signedAt.slice(0, 8)}/eu-west-1/sts/aws4_request`,
    'X-Amz-Date': signedAt,
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
  })
  return `https://sts.eu-west-1.amazonaws.com/?${query.toString()}`
}
