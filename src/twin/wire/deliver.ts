/** How an answer reaches its client, or does not. Twin layer. */

import type { ServerResponse } from 'node:http'
import type { WireAnswer } from './aws/request.ts'
import type { WallClock } from './wall-clock.ts'
import type { WireFault } from './wire-fault.ts'

/** Sends the answer; the first fault that concerns delivery decides how. Resolves when it is out of our hands. */
export function deliver(
  response: ServerResponse,
  answer: WireAnswer,
  faults: readonly WireFault[],
  wall: WallClock,
): Promise<void> {
  const fault = faults.find((one) => senders[one.kind] !== undefined)
  const send = fault === undefined ? undefined : senders[fault.kind]
  if (fault === undefined || send === undefined) return sendWhole(response, answer)
  return send(response, answer, fault, wall)
}

type Sender = (
  response: ServerResponse,
  answer: WireAnswer,
  fault: WireFault,
  wall: WallClock,
) => Promise<void>

const senders: Readonly<Partial<Record<WireFault['kind'], Sender>>> = {
  reset: async (response) => cut(response),
  'reset-after': async (response) => cut(response),
  slow: async (response, answer, { delayMs }, wall) => {
    await pause(response, wall, delayMs ?? 5000)
    await sendWhole(response, answer)
  },
  'never-ending': (response, answer, _fault, wall) => trickle(response, answer, wall),
  'truncated-body': async (response, { body, headers, status }) => {
    const bytes = Buffer.from(body)
    response.writeHead(status, { ...headers, 'content-length': bytes.length })
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => cut(response))
  },
  'oversized-body': (response, answer, { bytes }) =>
    flood(response, answer, bytes ?? 64 * 1024 * 1024),
  'wrong-content-type': (response, { headers, status }) =>
    sendWhole(response, {
      status,
      headers: { ...headers, 'content-type': 'text/html' },
      body: '<html><body><h1>Service temporarily behind a proxy</h1></body></html>',
    }),
}

async function sendWhole(
  response: ServerResponse,
  { body, headers, status }: WireAnswer,
): Promise<void> {
  if (response.destroyed) return
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.end(bytes)
}

/** A reset where the platform can send one, else a closed connection. */
function cut(response: ServerResponse): void {
  const { socket } = response
  if (socket === null) response.destroy()
  else socket.resetAndDestroy()
}

/** Ends early when the client leaves. */
function pause(response: ServerResponse, wall: WallClock, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = wall.after(durationMs, () => {
      response.off('close', leave)
      resolve()
    })
    const leave = (): void => {
      timer.cancel()
      resolve()
    }
    response.once('close', leave)
  })
}

/** Until the client has read on, or left. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.once('drain', settle).once('close', settle)
  })
}

/** One space a second for as long as the client listens: white space may stand before JSON and XML. */
async function trickle(
  response: ServerResponse,
  { headers, status }: WireAnswer,
  wall: WallClock,
): Promise<void> {
  response.writeHead(status, headers)
  while (!response.destroyed) {
    response.write(' ')
    await pause(response, wall, 1000)
  }
}

/** White space up to the wanted size, then the answer; at the client's pace, so that memory stays small. */
async function flood(response: ServerResponse, answer: WireAnswer, bytes: number): Promise<void> {
  response.writeHead(answer.status, answer.headers)
  const chunk = Buffer.alloc(64 * 1024, ' ')
  for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
    if (!response.write(chunk)) await drained(response)
  }
  if (!response.destroyed) response.end(answer.body)
}
