/** The twin's virtual time as the clock of another process. Twin layer. */

import { Agent, type IncomingMessage, request } from 'node:http'
import type { Clock } from '../../world/clock.ts'
import { RegroupError } from '../../world/failure.ts'

/** Where the control endpoint is; `twin env` sets both in REGROUP_TWIN_CONTROL and REGROUP_TWIN_TOKEN. */
export interface ControlAddress {
  readonly endpoint: string
  readonly token: string
}

/** A clock that must be closed, so that the twin's time no longer waits for this process. */
export interface ControlClock extends Clock {
  close(): void
}

/**
 * Joins the twin's time: at speed max it stands still while this process works, and jumps while it sleeps.
 * Its calls and sleeps reject with code `connection` when the twin is gone.
 */
export async function joinTwinClock(address: ControlAddress): Promise<ControlClock> {
  const agent = new Agent({ keepAlive: true })
  const stream = await open(address, agent)
  const first = JSON.parse(await firstLine(stream, address)) as {
    readonly participant: string
    readonly nowMs: number
  }
  const { participant } = first
  let nowMs = first.nowMs
  const send = async (path: string, body: object): Promise<void> => {
    const answer = await post(address, agent, path, { participant, ...body })
    nowMs = Math.max(nowMs, answer.nowMs)
  }
  return {
    nowMs: () => nowMs,
    sleep: async (durationMs, signal) => {
      if (signal?.aborted) return
      let waking: Promise<void> = Promise.resolve()
      const wake = (): void => {
        waking = send('/clock/wake', {})
        // The sleep itself reports a twin that is gone.
        waking.catch(() => undefined)
      }
      signal?.addEventListener('abort', wake)
      try {
        await send('/clock/sleep', { untilMs: nowMs + Math.max(0, Math.round(durationMs)) })
        await waking
      } finally {
        signal?.removeEventListener('abort', wake)
      }
    },
    close: () => {
      stream.destroy()
      agent.destroy()
    },
  }
}

function open({ endpoint, token }: ControlAddress, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    request(`${endpoint}/clock/join`, { agent, headers }, resolve)
      .on('error', (error) => reject(gone(endpoint, error)))
      .end()
  })
}

async function firstLine(stream: IncomingMessage, { endpoint }: ControlAddress): Promise<string> {
  const text = await new Promise<string>((resolve, reject) => {
    stream.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')))
    stream.once('error', (error) => reject(gone(endpoint, error)))
    stream.once('end', () => reject(gone(endpoint, new Error('it answered nothing'))))
  })
  // Later failures show in the calls; an error without a listener would end the process.
  stream.on('error', () => undefined)
  if (stream.statusCode === 200) return text
  throw new RegroupError('unauthenticated', `the twin at ${endpoint} refused: ${text.trim()}`)
}

function post(
  { endpoint, token }: ControlAddress,
  agent: Agent,
  path: string,
  body: object,
): Promise<{ readonly nowMs: number }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const call = request(`${endpoint}${path}`, { agent, method: 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', (error) => reject(gone(endpoint, error)))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as { readonly nowMs: number })
        else reject(gone(endpoint, new Error(text.trim())))
      })
    })
    call.on('error', (error) => reject(gone(endpoint, error)))
    call.end(JSON.stringify(body))
  })
}

function gone(endpoint: string, cause: Error): RegroupError {
  const text = `the twin's control endpoint ${endpoint} does not answer: ${cause.message}`
  return new RegroupError('connection', text, { cause })
}
