/** The world behind the wire: built, reset, saved and loaded while its servers stay. Twin layer. */

import { RegroupError } from '../../world/failure.ts'
import { AwsAccount } from '../aws/account.ts'
import type { WorldSpec } from '../build/world-spec.ts'
import { Session } from '../kernel/session.ts'
import { buildTwin, type Twin } from '../twin.ts'
import { fromPlain, InputLog, toPlain, type WorldInput } from './input-log.ts'
import { Pacer, type Speed } from './pace.ts'
import type { WallClock } from './wall-clock.ts'

/** How a host starts. */
export interface HostOptions {
  readonly world: WorldSpec
  readonly seed: string
  readonly wall: WallClock
  readonly speed: Speed
  readonly isPaused?: boolean
  /** Told when a bug stopped time: requests are answered, but nothing happens any more. */
  readonly onBroken?: (reason: string) => void
  /** Lines of the journal kept. @default 100,000 */
  readonly journalKeptMax?: number
}

/** A world as it can be written down: everything needed to build it again, and nothing else. */
export interface SavedWorld {
  readonly format: 'regroup-twin/1'
  readonly seed: string
  readonly world: WorldSpec
  /** Every input since the start; reads only while faults were armed, which count them. */
  readonly inputs: readonly WorldInput[]
  /** Virtual time at which it was saved. */
  readonly nowMs: number
}

/** A call of one operation, as a protocol read it; `client` names the session. */
export interface AwsCall {
  readonly client: string
  readonly region: string
  /** Service as in the credential scope. */
  readonly service: string
  /** e.g. `DescribeNodegroup`. */
  readonly operation: string
  readonly input: unknown
}

/** Repeats one input; what it answers is of no interest. */
export type Replayer = (input: WorldInput, session: Session) => Promise<unknown>

type Method = (input: unknown) => Promise<unknown>

/** Clients beyond this number share one session. */
const sessionsMax = 1000
const crowdName = 'crowd'
const otherRegionsMax = 40
const portNames: Readonly<Record<string, string>> = { autoscaling: 'autoScaling' }

/** One world at a time. */
export class TwinHost {
  readonly pacer: Pacer
  private readonly options: HostOptions
  private spec: WorldSpec
  private seed: string
  private currentTwin: Twin
  private log = new InputLog()
  private sessions = new Map<string, Session>()
  private ports = new Map<string, Readonly<Record<string, unknown>>>()
  private otherRegions = new Map<string, AwsAccount>()
  private generation = new AbortController()
  private readonly onReplaced: (() => void)[] = []
  private readonly replayers = new Map<string, Replayer>()

  constructor(options: HostOptions) {
    this.options = options
    this.spec = options.world
    this.seed = options.seed
    this.currentTwin = this.build(options.world, options.seed)
    const { isPaused, onBroken, speed, wall } = options
    this.pacer = new Pacer({
      kernel: this.currentTwin.kernel,
      wall,
      speed,
      isPaused: isPaused === true,
      ...(onBroken === undefined ? {} : { onBroken }),
    })
    this.onReplay('aws', ({ payload }) => {
      const call = fromPlain(payload) as AwsCall
      return this.method(call)(call.input)
    })
  }

  get twin(): Twin {
    return this.currentTwin
  }

  get world(): WorldSpec {
    return this.spec
  }

  get wall(): WallClock {
    return this.options.wall
  }

  /** Aborted when this world is replaced: whoever still waits for it will not get an answer. */
  get worldSignal(): AbortSignal {
    return this.generation.signal
  }

  /** Inputs since the start of the world. */
  get inputCount(): number {
    return this.log.size
  }

  /** Called after another world has taken the place of the old one. */
  whenReplaced(listener: () => void): void {
    this.onReplaced.push(listener)
  }

  /** The session of a client name; its calls take virtual time only where that runs with the wall clock. */
  session(name: string): Session {
    const session = this.sessionOf(name)
    session.latencyFactor = this.pacer.hasLatency ? 1 : 0
    return session
  }

  /** Says how inputs of a wire are repeated when a saved world is loaded. */
  onReplay(target: string, replay: Replayer): void {
    this.replayers.set(target, replay)
  }

  /** Writes an input down; wires call it right before they change the world. */
  record(input: Omit<WorldInput, 'atMs' | 'hasLatency'>): void {
    const atMs = this.currentTwin.kernel.nowMs()
    this.log.add({ ...input, atMs, hasLatency: this.pacer.hasLatency })
  }

  /** Runs one AWS operation. Rejects with a RegroupError, also when the twin does not have it. */
  call(call: AwsCall): Promise<unknown> {
    const method = this.method(call)
    const isRead = /^(?:Describe|List|Get)/.test(call.operation)
    const { signal } = this.generation
    return this.pacer.request(() => {
      if (!isRead || this.currentTwin.faults.isArmed) {
        this.record({ session: call.client, target: 'aws', payload: toPlain(call) })
      }
      this.session(call.client)
      return unlessAborted(method(call.input), signal)
    })
  }

  /** The same world from its start. */
  reset(): void {
    this.replace(this.spec, this.seed)
  }

  /** @throws RegroupError limit-exceeded when too much happened to be kept. */
  save(): SavedWorld {
    const { seed, spec: world } = this
    const nowMs = this.currentTwin.kernel.nowMs()
    return { format: 'regroup-twin/1', seed, world, inputs: this.log.inputs(), nowMs }
  }

  /** Builds a saved world and repeats its inputs at their times. Synchronous: an hour of life takes seconds. */
  load(saved: SavedWorld): void {
    const unknown = saved.inputs.find((input) => !this.replayers.has(input.target))
    if (unknown !== undefined) {
      throw new RegroupError('invalid', `inputs of ${unknown.target} cannot be repeated here`)
    }
    this.replace(saved.world, saved.seed)
    const { kernel } = this.currentTwin
    for (const input of saved.inputs) {
      kernel.advanceTo(input.atMs)
      this.log.add(input)
      const session = this.sessionOf(input.session)
      session.latencyFactor = input.hasLatency ? 1 : 0
      // The answer went to somebody else long ago.
      this.replayers
        .get(input.target)?.(input, session)
        .catch(() => undefined)
      kernel.advanceTo(input.atMs)
    }
    kernel.advanceTo(saved.nowMs)
    this.pacer.attach(kernel)
  }

  /** Ends everything that runs by itself. */
  stop(): void {
    this.pacer.stop()
    this.generation.abort()
  }

  private build(world: WorldSpec, seed: string): Twin {
    const journalKeptMax = this.options.journalKeptMax ?? 100_000
    return buildTwin(world, { seed, journalKeptMax })
  }

  private replace(world: WorldSpec, seed: string): void {
    // Built first: a description that cannot be built leaves the old world in its place.
    const twin = this.build(world, seed)
    this.generation.abort()
    this.generation = new AbortController()
    this.spec = world
    this.seed = seed
    this.sessions = new Map()
    this.ports = new Map()
    this.otherRegions = new Map()
    this.log = new InputLog()
    this.currentTwin = twin
    this.pacer.attach(twin.kernel)
    for (const listener of this.onReplaced) listener()
  }

  private sessionOf(name: string): Session {
    const isCrowded = this.sessions.size >= sessionsMax && !this.sessions.has(name)
    const known = this.sessions.get(isCrowded ? crowdName : name)
    if (known !== undefined) return known
    const { faults, kernel } = this.currentTwin
    const session = new Session(isCrowded ? crowdName : name, kernel, faults)
    this.sessions.set(session.name, session)
    return session
  }

  private method({ client, operation, region, service }: AwsCall): Method {
    const port = this.port(client, region)
    const half = port[portNames[service] ?? service] as
      | Readonly<Record<string, unknown>>
      | undefined
    const name = operation.charAt(0).toLowerCase() + operation.slice(1)
    const found = half !== undefined && Object.hasOwn(half, name) ? half[name] : undefined
    if (typeof found === 'function') return found as Method
    return () =>
      Promise.reject(
        new RegroupError('invalid', `the twin does not have ${service}:${operation}`, {
          context: { serviceCode: 'NotImplemented' },
        }),
      )
  }

  private port(client: string, region: string): Readonly<Record<string, unknown>> {
    const session = this.sessionOf(client)
    const key = `${session.name} ${region}`
    const known = this.ports.get(key)
    if (known !== undefined) return known
    const port = this.account(region).api(session) as unknown as Readonly<Record<string, unknown>>
    this.ports.set(key, port)
    return port
  }

  /** The world's account in its own Region; an empty one in every other. */
  private account(region: string): AwsAccount {
    const { account } = this.currentTwin
    if (region === account.region) return account
    const known = this.otherRegions.get(region)
    if (known !== undefined) return known
    if (this.otherRegions.size >= otherRegionsMax) {
      throw new RegroupError(
        'invalid',
        `the twin does not keep more than ${otherRegionsMax} Regions`,
      )
    }
    const { accountId, iam, kernel } = account
    const made = new AwsAccount({ kernel, accountId, iam, region })
    this.otherRegions.set(region, made)
    return made
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void =>
      reject(new RegroupError('aborted', 'the world was replaced while this request was waiting'))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
