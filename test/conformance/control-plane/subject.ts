/** Who is asked the same requests: the real control plane, and the twin. Test support. */

import { setTimeout as pause } from 'node:timers/promises'
import { startControllers } from '../../../src/twin/kube/controllers/start.ts'
import { textOf, wireWorld } from '../../kube-wire/wire-world.ts'
import type { ControlPlane } from './control-plane.ts'
import { type Heard, parsed, type Sent } from './raw-api.ts'

/** One side of the comparison. */
export interface Subject {
  readonly name: 'real' | 'twin'
  send(sent: Sent): Promise<Heard>
  /** Stops the controllers where they are, or lets them go on. */
  pauseControllers(isPaused: boolean): void
  /** Writes a budget past the API server's checks. */
  corrupt(namespace: string, name: string, status: Readonly<Record<string, unknown>>): Promise<void>
  /** Gives controllers time: wall time in one, virtual time in the other. */
  wait(ms: number): Promise<void>
}

/** The real one. */
export function realSubject(plane: ControlPlane): Subject {
  return {
    name: 'real',
    send: (sent) => plane.raw.send(sent),
    pauseControllers: (isPaused) =>
      isPaused ? plane.controllers.pause() : plane.controllers.resume(),
    corrupt: async (namespace, name, status) => {
      const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/${name}`
      const { body } = await plane.raw.send({ method: 'GET', path })
      const object = body as { metadata: Record<string, unknown>; status: object }
      const { resourceVersion: _, ...metadata } = object.metadata
      const value = { ...object, metadata, status: { ...object.status, ...status } }
      await plane.writeStore(`/registry/poddisruptionbudgets/${namespace}/${name}`, value)
      await pause(300)
    },
    wait: async (ms) => {
      await pause(ms)
    },
  }
}

/** The twin's API server with its disruption controller, answered in process. */
export function twinSubject(): Subject {
  const world = wireWorld()
  startControllers(world.kernel, world.cluster)
  return {
    name: 'twin',
    send: ({ body, contentType, headers, method, path }) => {
      const type = { 'content-type': contentType ?? 'application/json' }
      const seen = world.ask(method, path, {
        headers: { ...type, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      // Some refusals come after a wait of the server.
      if (seen.isOpen) world.advance(30_000)
      const answer = { code: seen.code, headers: seen.headers, body: parsed(textOf(seen)) }
      return Promise.resolve(answer)
    },
    pauseControllers: (isPaused) => {
      world.cluster.disruption.isPaused = isPaused
      if (!isPaused) world.cluster.disruption.syncAll()
    },
    corrupt: (namespace, name, status) => {
      const { store } = world.cluster
      const budget = store.get('PodDisruptionBudget', namespace, name)
      if (budget === undefined) throw new Error(`no budget ${name}`)
      const { status: old } = budget
      store.replace('PodDisruptionBudget', {
        ...budget,
        status: { ...(old as NonNullable<typeof old>), ...status },
      })
      return Promise.resolve()
    },
    wait: (ms) => {
      world.advance(ms)
      return Promise.resolve()
    },
  }
}
