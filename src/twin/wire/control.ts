/** The control endpoint: time, faults, journal and the world itself, for whoever has the token. Twin layer. */

import { timingSafeEqual } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { isFailure } from '../../world/failure.ts'
import { timeText } from '../kernel/kernel.ts'
import type { Throttle } from './aws/throttle.ts'
import { addFault, clearFaults, faultCountOf, faultsOf } from './control-faults.ts'
import {
  savedWorldInput,
  sleepInput,
  speedInput,
  stepInput,
  throttlingInput,
  waitInput,
  wakeInput,
} from './control-input.ts'
import { ControlProblem, readBody } from './control-problem.ts'
import type { SavedWorld, TwinHost } from './host.ts'
import { type HeardRequest, type Listener, listen, type RequestHeaders } from './http-listener.ts'
import type { KubeFaults } from './kube-faults.ts'
import { ServedOutages } from './served-outages.ts'
import { SharedClocks, type SharedTime } from './shared-clocks.ts'
import type { WireFaults } from './wire-faults.ts'

/** What is controlled. */
export interface ControlOptions {
  readonly host: TwinHost
  readonly faults: WireFaults
  readonly kubeFaults: KubeFaults
  readonly throttle: Throttle
  /** Wanted as `Authorization: Bearer TOKEN`. */
  readonly token: string
  readonly port: number
  readonly address: string
}

/** Saved worlds may be large; whoever has no token has nothing to say at length. */
const bodyBytesMax = 256 * 1024 * 1024
const strangerBytesMax = 64 * 1024
const journalLimitMax = 10_000

/** Starts the endpoint. @throws RegroupError in-use */
export function serveControl(options: ControlOptions): Promise<Listener> {
  const { address, port } = options
  const { host } = options
  const context = { ...options, clocks: new SharedClocks(host), outages: new ServedOutages(host) }
  const bytesMaxOf = (headers: RequestHeaders): number =>
    hasToken(headers, options.token) ? bodyBytesMax : strangerBytesMax
  return listen({ address, port, bodyBytesMax: bytesMaxOf }, async (request, response) => {
    try {
      if (!hasToken(request.headers, options.token)) {
        throw new ControlProblem(401, 'the token is missing or wrong: Authorization: Bearer TOKEN')
      }
      const run = routes[`${request.method} ${request.path}`]
      if (run === undefined) throw unknownRoute(request)
      const answer = await run(request, context, response)
      if (!response.headersSent) reply(response, 200, answer)
    } catch (error) {
      const problem = asControlProblem(error)
      reply(response, problem.status, { error: { message: problem.message } })
    }
  })
}

/** What the routes work with. */
interface ControlContext extends ControlOptions {
  readonly clocks: SharedClocks
  readonly outages: ServedOutages
}

type Route = (request: HeardRequest, context: ControlContext, response: ServerResponse) => unknown

const routes: Readonly<Record<string, Route>> = {
  'GET /status': (_request, options) => statusOf(options),
  'POST /step': (request, { host }) => step(request, host),
  'POST /pause': (_request, { host }) => {
    host.pacer.pause()
    return clockOf(host)
  },
  'POST /resume': (_request, { host }) => {
    host.pacer.resume()
    return clockOf(host)
  },
  'POST /speed': (request, { host }) => {
    host.pacer.setSpeed(readBody(speedInput, request).speed)
    return clockOf(host)
  },
  'POST /throttling': (request, { throttle }) => {
    throttle.isOn = readBody(throttlingInput, request).isOn
    return { isOn: throttle.isOn }
  },
  'GET /faults': (_request, options) => faultsOf(options),
  'POST /faults': addFault,
  'DELETE /faults': clearFaults,
  'GET /journal': (request, { host }) => journalOf(request, host),
  'POST /reset': (_request, { host }) => {
    host.reset()
    return clockOf(host)
  },
  'GET /world': (_request, { host }) => host.save(),
  'POST /world': (request, { host }) => {
    host.load(readBody(savedWorldInput, request) as unknown as SavedWorld)
    return clockOf(host)
  },
  'GET /clock': (_request, { host }) => clockOf(host),
  'POST /clock/wait': (request, { host }, response) => wait(request, host, response),
  'GET /clock/join': (_request, { clocks }, response) => clocks.join(response),
  'POST /clock/sleep': async (request, { clocks }) => {
    const { participant, untilMs } = readBody(sleepInput, request)
    return joinedTime(await clocks.sleep(participant, untilMs), participant)
  },
  'POST /clock/wake': (request, { clocks }) => {
    const { participant } = readBody(wakeInput, request)
    return joinedTime(clocks.wake(participant), participant)
  },
}

function statusOf(context: ControlContext): unknown {
  const { host, throttle } = context
  const { account, clusters, unplaced } = host.twin
  return {
    world: { name: host.world.name, region: account.region, clusters: [...clusters.keys()] },
    time: { ...host.pacer.status(), ...clockOf(host) },
    isThrottled: throttle.isOn,
    inputCount: host.inputCount,
    faultCount: faultCountOf(context),
    unplacedPods: unplaced,
  }
}

function clockOf({ pacer, twin }: TwinHost): Readonly<Record<string, unknown>> {
  const { kernel } = twin
  const nowMs = kernel.nowMs()
  const { reason, state } = pacer.status()
  return { nowMs, now: timeText(nowMs), startMs: kernel.startMs, state, reason }
}

function step(request: HeardRequest, host: TwinHost): unknown {
  const input = readBody(stepInput, request)
  if ('ms' in input) {
    host.pacer.stepBy(input.ms)
    return clockOf(host)
  }
  const isQuiet = host.pacer.stepUntilQuiet(input.maxMs)
  return { ...clockOf(host), isQuiet }
}

/** `?kind=call|state|fault`, `?after=SEQUENCE`, `?limit=N`: the oldest lines after that one. */
function journalOf({ query }: HeardRequest, host: TwinHost): unknown {
  const kind = query.get('kind') ?? undefined
  if (kind !== undefined && kind !== 'call' && kind !== 'state' && kind !== 'fault') {
    throw new ControlProblem(400, 'kind is call, state or fault')
  }
  const after = Number(query.get('after') ?? 0)
  const limit = Number(query.get('limit') ?? journalLimitMax)
  if (
    !Number.isInteger(after) ||
    !Number.isInteger(limit) ||
    limit < 1 ||
    limit > journalLimitMax
  ) {
    throw new ControlProblem(
      400,
      `after and limit are whole numbers, limit at most ${journalLimitMax}`,
    )
  }
  const all = host.twin.kernel.journal.entries(kind)
  const entries = all.filter((entry) => entry.sequence > after).slice(0, limit)
  return { entries, next: entries.at(-1)?.sequence ?? after }
}

function joinedTime(time: SharedTime | undefined, participant: string): SharedTime {
  if (time !== undefined) return time
  throw new ControlProblem(404, `${participant} has not joined the clock, or its connection ended`)
}

/** Answers when virtual time has come so far; a client that leaves takes its timer with it. */
function wait(request: HeardRequest, host: TwinHost, response: ServerResponse): Promise<unknown> {
  const { untilMs } = readBody(waitInput, request)
  const { kernel } = host.twin
  const { worldSignal: signal } = host
  return host.pacer.request(
    () =>
      new Promise((resolve, reject) => {
        const timer = kernel.after(untilMs - kernel.nowMs(), 'clock wait', () =>
          resolve(clockOf(host)),
        )
        response.once('close', () => timer.cancel())
        const replaced = (): void => {
          timer.cancel()
          reject(new ControlProblem(409, 'the world was replaced while this request was waiting'))
        }
        signal.addEventListener('abort', replaced, { once: true })
      }),
  )
}

function hasToken(headers: RequestHeaders, token: string): boolean {
  const given = Buffer.from((headers.authorization ?? '').replace(/^Bearer /, ''))
  const wanted = Buffer.from(token)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function unknownRoute({ method, path }: HeardRequest): ControlProblem {
  const known = Object.keys(routes).join(', ')
  return new ControlProblem(404, `there is no ${method} ${path}; there are ${known}`)
}

function asControlProblem(error: unknown): ControlProblem {
  if (error instanceof ControlProblem) return error
  const text = error instanceof Error ? error.message : String(error)
  return new ControlProblem(isFailure(error) ? 409 : 500, text)
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed) return
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.end(bytes)
}
