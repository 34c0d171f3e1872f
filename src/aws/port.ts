/** The real AWS port: the SDK behind budgets, retries and one error class. Aws layer. */

import type { AwsApi } from '../world/aws-api.ts'
import type { Clock } from '../world/clock.ts'
import { isFailure, RegroupError } from '../world/failure.ts'
import type { Random } from '../world/random.ts'
import { type RetryPolicy, retrying } from '../world/retry.ts'
import { systemClock } from '../world/system-clock.ts'
import { AwsBudgets } from './budgets.ts'
import { classify } from './classify.ts'
import { Clients } from './clients.ts'
import {
  type CredentialProvider,
  type IdentityOptions,
  identityText,
  roleCredentials,
} from './credentials.ts'
import { type EksToken, mintEksToken } from './eks-token.ts'
import { isExpiry } from './error-codes.ts'
import { type AwsCall, type AwsService, awsCall } from './operation.ts'
import { allPages } from './pages.ts'

/** How to reach one account in one Region. */
export interface AwsOptions {
  readonly region: string
  readonly clock: Clock
  readonly random: Random
  readonly identity?: IdentityOptions
  /** Address for all services instead of AWS's own: a twin, a VPC endpoint, a proxy. */
  readonly endpoint?: string
  /** Refuses every call that could change something, before it is signed. */
  readonly isReadOnly?: boolean
  /** Shared by the connections of a process; absent = budgets of its own. */
  readonly budgets?: AwsBudgets
  /** An answer that takes longer is given up; default 30 s. Real time: it guards a socket. */
  readonly callTimeoutMs?: number
  /** An answer that takes longer is told; default 5 s. Real time. */
  readonly slowAnswerMs?: number
  /** Told whenever a call has to wait: for its budget, for a slow answer, or before it is repeated. */
  readonly onWait?: (text: string, waitMs: number) => void
}

/** An open port; `close` lets the process end at once. */
export interface AwsConnection {
  readonly api: AwsApi
  /**
   * A bearer token of the cluster for the identity of the connection, signed by a clock that is `aheadMs` ahead
   * of this machine's (default 0); nothing is sent for it.
   */
  mintEksToken(clusterName: string, aheadMs?: number): Promise<EksToken>
  close(): Promise<void>
}

/** Reads are repeated this often; writes only when the server says that it did nothing. */
const policy: RetryPolicy = { attemptsMax: 5, firstDelayMs: 250, delayMsMax: 10_000 }
/** None of the calls computes for long. */
const defaultCallTimeoutMs = 30_000
const defaultSlowAnswerMs = 5000
/** Shorter waits for a budget are not worth a word. */
const toldWaitMs = 2000

/** Nothing is connected or read before the first call. Calls reject with a RegroupError only. */
export function connectAws(options: AwsOptions): AwsConnection {
  const port = new AwsPort(options)
  const service = <Api extends object>(name: AwsService): Api =>
    new Proxy({} as Api, {
      get: (_target, method) =>
        typeof method === 'string' && method !== 'then'
          ? (input: unknown) => port.call(name, method, input)
          : undefined,
    })
  const api: AwsApi = {
    region: options.region,
    autoScaling: service('autoScaling'),
    ec2: service('ec2'),
    eks: service('eks'),
    iam: service('iam'),
    ssm: service('ssm'),
    sts: service('sts'),
  }
  const { region } = options
  // Signed like the SDK signs its calls: with the time of the machine, whatever clock the engine runs on.
  const clock = systemClock()
  return {
    api,
    mintEksToken: (clusterName, aheadMs = 0) =>
      mintEksToken({
        clock: { sleep: clock.sleep, nowMs: () => clock.nowMs() + aheadMs },
        clusterName,
        region,
        credentials: () => port.credentials(),
      }),
    close: () => port.close(),
  }
}

class AwsPort {
  private readonly options: AwsOptions
  private readonly clients: Clients
  private readonly budgets: AwsBudgets
  private readonly account: string
  private identityArn: string | undefined

  constructor(options: AwsOptions) {
    const { clock, endpoint, identity = {}, region } = options
    this.options = options
    this.account = identityText(identity)
    this.budgets = options.budgets ?? new AwsBudgets(clock)
    const base = { region, ...(endpoint === undefined ? {} : { endpoint }) }
    const credentials = roleCredentials(identity, base)
    this.clients = new Clients({
      ...base,
      ...(credentials === undefined ? {} : { credentials }),
      ...(identity.profile === undefined ? {} : { profile: identity.profile }),
    })
  }

  close(): Promise<void> {
    return this.clients.close()
  }

  /** Those the SDK would sign with now: role, profile or its default chain, cached by the SDK. */
  async credentials(): Promise<Awaited<ReturnType<CredentialProvider>>> {
    const client = (await this.clients.of('sts')) as unknown as {
      readonly config: { readonly credentials: CredentialProvider }
    }
    return client.config.credentials()
  }

  /** Every page of one operation. */
  async call(service: AwsService, method: string, input: unknown): Promise<unknown> {
    const call = awsCall(this.options.region, service, method, input)
    this.assertAllowed(call)
    try {
      return await allPages(method, input, (page) => this.repeated(call, page))
    } catch (error) {
      if (isFailure(error, 'forbidden')) throw await this.withIdentity(error, call)
      throw isFailure(error, 'unauthenticated') ? await this.withKeys(error) : error
    }
  }

  private assertAllowed(call: AwsCall): void {
    if (call.kind === 'read' || this.options.isReadOnly !== true) return
    const text = `${call.action}: refused because of --read-only; nothing was sent`
    throw new RegroupError('forbidden', text, { context: { operation: call.action } })
  }

  private repeated(call: AwsCall, input: unknown): Promise<unknown> {
    const { clock, onWait, random } = this.options
    return retrying(
      {
        clock,
        random,
        policy,
        isRetried: ({ code, retry }) =>
          retry !== 'never' && (call.kind === 'read' ? code !== 'in-use' : hadNoEffect.has(code)),
        onRetry: (failure, delayMs) => {
          const isRenewed = isExpiry(failure.context.serviceCode)
          const next = isRenewed ? '; asking for new credentials' : ''
          onWait?.(failure.message + next, delayMs)
        },
      },
      () => this.once(call, input),
    )
  }

  private async once(call: AwsCall, input: unknown): Promise<unknown> {
    const bucket = this.budgets.bucketOf(this.account, call)
    const waitMs = bucket.waitMs()
    if (waitMs >= toldWaitMs) this.options.onWait?.(`${call.action}: rate budget`, waitMs)
    await bucket.take()
    try {
      return await this.send(call, input)
    } catch (error) {
      const failure = classify(error, call, this.options.endpoint)
      if (failure.code === 'throttled') bucket.throttled()
      if (isExpiry(failure.context.serviceCode)) this.clients.renew()
      throw failure
    }
  }

  /** The race covers answers that begin and never end, which the SDK's own time-outs do not. */
  private async send(call: AwsCall, input: unknown): Promise<unknown> {
    const client = await this.clients.of(call.service)
    const { callTimeoutMs = defaultCallTimeoutMs, onWait, slowAnswerMs } = this.options
    const abortSignal = AbortSignal.timeout(callTimeoutMs)
    const expired = new Promise<never>((_, reject) => {
      abortSignal.addEventListener('abort', () => reject(abortError()), { once: true })
    })
    const slowMs = slowAnswerMs ?? defaultSlowAnswerMs
    const told = new AbortController()
    whenPassed(slowMs, told.signal, () =>
      onWait?.(`${call.action}: no answer yet`, callTimeoutMs - slowMs),
    )
    try {
      return await Promise.race([client[call.method]!(input ?? {}, { abortSignal }), expired])
    } finally {
      told.abort()
    }
  }

  /** AWS names the missing permission but often not who lacks it. */
  private async withIdentity(failure: RegroupError, call: AwsCall): Promise<RegroupError> {
    if (failure.context.httpStatus === undefined) return failure
    this.identityArn ??= await this.identity()
    const text = `${failure.message} (as ${this.identityArn}; needs the permission ${call.action})`
    return new RegroupError('forbidden', text, { context: failure.context, cause: failure })
  }

  /** Which keys did not do; the secret ones are not told. */
  private async withKeys(failure: RegroupError): Promise<RegroupError> {
    const keys = await this.credentials().then(
      ({ accessKeyId }) => `access key ${accessKeyId}`,
      () => 'which gave no access key',
    )
    const text = `${failure.message} (as ${this.account}, ${keys})`
    // What new keys and new signatures could mend has been tried by now.
    const options = { retry: 'never' as const, context: failure.context, cause: failure }
    return new RegroupError('unauthenticated', text, options)
  }

  private async identity(): Promise<string> {
    try {
      const call = awsCall(this.options.region, 'sts', 'getCallerIdentity', {})
      const answer = (await this.send(call, {})) as { readonly Arn?: string }
      return answer.Arn ?? this.account
    } catch {
      return this.account
    }
  }
}

/** After these the server has not even begun with the call. */
const hadNoEffect: ReadonlySet<string> = new Set(['throttled', 'unauthenticated'])

/** Runs it once so much real time has passed, unless the signal comes first. */
function whenPassed(durationMs: number, cancelled: AbortSignal, run: () => void): void {
  const passed = AbortSignal.timeout(durationMs)
  passed.addEventListener('abort', () => {
    if (!cancelled.aborted) run()
  })
}

function abortError(): Error {
  return Object.assign(new Error('no answer in time'), { name: 'AbortError' })
}
