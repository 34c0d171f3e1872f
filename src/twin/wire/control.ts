/** The control endpoint: time, faults, journal and the world itself, for whoever has the token. Twin layer. */

import { timingSafeEqual } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type * as z from 'zod'
import { isFailure } from '../../world/failure.ts'
import type { Fault } from '../kernel/faults.ts'
import { timeText } from '../kernel/kernel.ts'
import type { Throttle } from './aws/throttle.ts'
import {
  faultInput,
  savedWorldInput,
  sleepInput,
  speedInput,
  stepInput,
  throttlingInput,
  waitInput,
  wakeInput,
} from './control-input.ts'
import type { SavedWorld, TwinHost } from './host.ts'
import { type HeardRequest, type Listener, listen, type RequestHeaders } from './http-listener.ts'
import type { KubeFaults } from './kube-faults.ts'
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
  const context = { ...options, clocks: new SharedClocks(options.host) }
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

/** What the endpoint refuses, with its HTTP status. */
class ControlProblem extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What the routes work with. */
interface ControlContext extends ControlOptions {
  readonly clocks: SharedClocks
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
    host.pacer.setSpeed(read(speedInput, request).speed)
    return clockOf(host)
  },
  'POST /throttling': (request, { throttle }) => {
    throttle.isOn = read(throttlingInput, request).isOn
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
    host.load(read(savedWorldInput, request) as unknown as SavedWorld)
    return clockOf(host)
  },
  'GET /clock': (_request, { host }) => clockOf(host),
  'POST /clock/wait': (request, { host }, response) => wait(request, host, response),
  'GET /clock/join': (_request, { clocks }, response) => clocks.join(response),
  'POST /clock/sleep': async (request, { clocks }) => {
    const { participant, untilMs } = read(sleepInput, request)
    return joinedTime(await clocks.sleep(participant, untilMs), participant)
  },
  'POST /clock/wake': (request, { clocks }) => {
    const { participant } = read(wakeInput, request)
    return joinedTime(clocks.wake(participant), participant)
  },
}

function statusOf({ faults, host, kubeFaults, throttle }: ControlOptions): unknown {
  const { account, clusters, unplaced } = host.twin
  return {
    world: { name: host.world.name, region: account.region, clusters: [...clusters.keys()] },
    time: { ...host.pacer.status(), ...clockOf(host) },
    isThrottled: throttle.isOn,
    inputCount: host.inputCount,
    faultCount: host.twin.faults.list().length + faults.list().length + kubeFaults.list().length,
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
  const input = read(stepInput, request)
  if ('ms' in input) {
    host.pacer.stepBy(input.ms)
    return clockOf(host)
  }
  const isQuiet = host.pacer.stepUntilQuiet(input.maxMs)
  return { ...clockOf(host), isQuiet }
}

function faultsOf({ faults, host, kubeFaults }: ControlOptions): unknown {
  return { twin: host.twin.faults.list(), wire: faults.list(), kube: kubeFaults.list() }
}

function addFault(request: HeardRequest, { faults, host, kubeFaults }: ControlOptions): unknown {
  const input = read(faultInput, request)
  if ('wire' in input) return { wire: { id: faults.add(input.wire), fault: input.wire } }
  if ('kube' in input) return { kube: { id: kubeFaults.add(input.kube), fault: input.kube } }
  // zod's optional members may be undefined by type; parsed JSON never is.
  const fault = input.twin as Fault
  host.twin.faults.add(fault)
  return { twin: { fault } }
}

function clearFaults({ query }: HeardRequest, options: ControlOptions): unknown {
  const { faults, host, kubeFaults } = options
  const [wire, kube] = [query.get('wire'), query.get('kube')]
  if (wire === null && kube === null) {
    host.twin.faults.clear()
    faults.clear()
    kubeFaults.clear()
  }
  if (wire !== null && !faults.clear(Number(wire))) {
    throw new ControlProblem(404, `there is no wire fault ${wire}`)
  }
  if (kube !== null && !kubeFaults.clear(Number(kube))) {
    throw new ControlProblem(404, `there is no fault ${kube} of the Kubernetes wire`)
  }
  return faultsOf(options)
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
  const { untilMs } = read(waitInput, request)
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

function read<T extends z.ZodType>(schema: T, { body }: HeardRequest): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(body ?? '')
  } catch {
    throw new ControlProblem(400, 'the body is not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const texts = parsed.error.issues.map((issue) =>
    `${issue.path.join('.')} ${issue.message}`.trim(),
  )
  throw new ControlProblem(400, texts.slice(0, 5).join('; '))
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
