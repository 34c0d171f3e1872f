/** What a call waits for, as a line for people. Kube layer, pure. */

import type { WaitListener } from './transport/flow-control.ts'

type Wait = Parameters<WaitListener>[0]

/** Begins as every line about an API server that is waited for. */
export function waitingFor(cluster: string, why: string): string {
  return `waiting for the Kubernetes API of ${cluster}: ${why}`
}

/** One line without its end. */
export function waitText(cluster: string, { reason, waitMs, what }: Wait): string {
  return waitingFor(cluster, texts[reason](what, `${(waitMs / 1000).toFixed(1)} s`))
}

const texts: Readonly<Record<Wait['reason'], (what: string, time: string) => string>> = {
  answer: (what, time) => `${what}: no answer yet; it is given up in ${time}`,
  'in-flight': (what) => `${what}: as many calls are under way as we allow ourselves`,
  rate: (what, time) => `${what}: ${time} to keep to our own rate`,
  silence: (what, time) => `${what}: nothing was heard for ${time}; it is opened anew`,
  server: (what, time) => `${what}: its flow control asks for ${time} without calls`,
}
