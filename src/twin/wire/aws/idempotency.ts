/** Client tokens: the same request again gets the first answer, another one is refused. Twin layer. */

import { hash32 } from '../../../world/random.ts'
import { toPlain } from '../input-log.ts'
import type { KnownCall } from './known-call.ts'
import { AwsProblem } from './problem.ts'

interface Remembered {
  readonly fingerprint: string
  readonly answer: unknown
}

/** Older tokens are forgotten first; AWS forgets them after a day or so. */
const rememberedMax = 5000

/** The tokens of one world. Deletions forget answers of their service: what was created may be gone. */
export class TokenMemory {
  private readonly kept = new Map<string, Remembered>()

  /** The answer to a repetition; undefined for new tokens. @throws AwsProblem for other parameters. */
  recall(call: KnownCall): { readonly answer: unknown } | undefined {
    const key = keyOf(call)
    const known = key === undefined ? undefined : this.kept.get(key)
    if (known === undefined) return undefined
    if (known.fingerprint === fingerprintOf(call)) return { answer: known.answer }
    throw mismatch(call)
  }

  /** Keeps a successful answer. */
  keep(call: KnownCall, answer: unknown): void {
    if (/^(?:Delete|Terminate)/.test(call.operation.name)) this.forget(call)
    const key = keyOf(call)
    if (key === undefined) return
    this.kept.set(key, { fingerprint: fingerprintOf(call), answer })
    const oldest = this.kept.size > rememberedMax ? this.kept.keys().next().value : undefined
    if (oldest !== undefined) this.kept.delete(oldest)
  }

  clear(): void {
    this.kept.clear()
  }

  private forget(call: KnownCall): void {
    const prefix = prefixOf(call)
    for (const key of [...this.kept.keys()]) if (key.startsWith(prefix)) this.kept.delete(key)
  }
}

function prefixOf({ scope, service }: KnownCall): string {
  return `${scope.region}/${service.name}/`
}

function keyOf(call: KnownCall): string | undefined {
  const member = call.operation.input.members.find(
    (one) => one.traits.idempotencyToken !== undefined,
  )
  const token = member === undefined ? undefined : call.input[member.name]
  if (typeof token !== 'string' || token === '') return undefined
  return `${prefixOf(call)}${call.operation.name}/${token}`
}

function fingerprintOf({ input }: KnownCall): string {
  const text = JSON.stringify(toPlain(input))
  return `${text.length}/${hash32(text)}/${hash32(`2${text}`)}`
}

/** EC2's code is documented; that of EKS is not, and assumed. */
function mismatch({ service }: KnownCall): AwsProblem {
  const text = 'The client token was used before with different parameters.'
  if (service.protocol === 'ec2-query') return new AwsProblem('IdempotentParameterMismatch', text)
  return new AwsProblem('InvalidParameterException', text)
}
