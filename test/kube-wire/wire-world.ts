/** One cluster's API server without sockets, for tests: its clients' time is virtual. */

import { Kernel } from '../../src/twin/kernel/kernel.ts'
import { KubeCluster } from '../../src/twin/kube/cluster.ts'
import type { Credentials } from '../../src/twin/wire/kube/auth/authenticator.ts'
import { bootstrapCluster } from '../../src/twin/wire/kube/bootstrap.ts'
import type { Sink } from '../../src/twin/wire/kube/context.ts'
import { KubeWire } from '../../src/twin/wire/kube/kube-wire.ts'

/** Token of the administrator. */
const adminToken = 'test-token'

/** An answer as a client sees it; `isOpen` while a stream goes on. */
export interface Seen {
  code: number
  headers: Record<string, string | readonly string[]>
  chunks: (string | Buffer)[]
  isOpen: boolean
  close: () => void
  /** The client of an unread answer takes what waits for it. */
  read: () => void
}

/** What can be sent. */
export interface Asked {
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** True = the client takes nothing before its `read`. */
  readonly isUnread?: boolean
}

/** A served cluster. */
export interface WireWorld {
  readonly kernel: Kernel
  readonly cluster: KubeCluster
  readonly wire: KubeWire
  readonly bugs: unknown[]
  ask(method: string, url: string, asked?: Asked): Seen
  advance(ms: number): void
}

/** Text of an answer. */
export function textOf({ chunks }: Seen): string {
  return chunks.map((one) => (typeof one === 'string' ? one : one.toString('utf8'))).join('')
}

/** A world with the namespaces that every cluster has. */
export function wireWorld(version = '1.35', identities?: Credentials['identities']): WireWorld {
  const kernel = new Kernel({ seed: 'wire', startMs: Date.parse('2026-11-23T14:00:00Z') })
  const cluster = new KubeCluster({ kernel, name: 'c1', kubernetesVersion: version })
  const bugs: unknown[] = []
  bootstrapCluster(kernel, cluster, 'test-ca')
  const wire = new KubeWire({
    kernel,
    cluster,
    time: {
      nowMs: () => kernel.nowMs(),
      after: (ms, run) => {
        const timer = kernel.afterInBackground(ms, 'wire', run)
        return () => timer.cancel()
      },
    },
    credentials: {
      staticToken: adminToken,
      signingKey: Buffer.from('key'),
      identities: identities ?? { arnOf: () => undefined, userOf: () => undefined },
    },
    serverAddress: '127.0.0.1:6443',
    onBug: (error) => bugs.push(error),
  })
  return {
    kernel,
    cluster,
    wire,
    bugs,
    ask: (method, url, asked = {}) => ask(wire, method, url, asked),
    advance: (ms) => kernel.advanceTo(kernel.nowMs() + ms),
  }
}

function ask(
  wire: KubeWire,
  method: string,
  url: string,
  { body = '', headers = {}, isUnread = false }: Asked,
): Seen {
  const closers: (() => void)[] = []
  let drained: (() => void) | undefined
  let waitingBytes = 0
  const seen: Seen = {
    code: 0,
    headers: {},
    chunks: [],
    isOpen: true,
    close: () => {
      for (const close of closers) close()
    },
    read: () => {
      waitingBytes = 0
      const resume = drained
      drained = undefined
      resume?.()
    },
  }
  const sink: Sink = {
    head: (code, sent) => {
      seen.code = code
      seen.headers = { ...sent }
    },
    write: (chunk) => {
      seen.chunks.push(chunk)
      if (isUnread) waitingBytes += chunk.length
    },
    end: () => {
      seen.isOpen = false
    },
    cut: () => {
      seen.isOpen = false
    },
    breakOff: (chunk) => {
      seen.chunks.push(chunk)
      seen.isOpen = false
    },
    waitingBytes: () => waitingBytes,
    onDrain: (listener) => {
      drained = listener
    },
    onClose: (listener) => {
      closers.push(listener)
    },
  }
  const all: Record<string, string> = { authorization: `Bearer ${adminToken}` }
  for (const [name, value] of Object.entries(headers)) {
    if (value === '') delete all[name.toLowerCase()]
    else all[name.toLowerCase()] = value
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  wire.handle({ method, url, headers: all, body: bytes }, undefined, sink)
  return seen
}
