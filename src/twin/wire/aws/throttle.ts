/** Request budgets: token buckets per service and kind of call, shared by all clients of the account. Twin layer. */

import type { KnownCall } from './known-call.ts'
import { AwsProblem, throttledSpelling } from './problem.ts'

/** A bucket: how many calls at once, and how many more each second. */
interface Budget {
  readonly burst: number
  readonly perSecond: number
}

type CallKind = 'read' | 'wide-read' | 'write'

/**
 * EC2's and SSM's numbers are published (EC2: reads without filters and pages have a smaller bucket).
 * EKS, Auto Scaling, IAM and STS publish none: theirs are careful guesses.
 */
const defaultBudgets: Readonly<Record<string, Budget>> = {
  'ec2/read': { burst: 100, perSecond: 20 },
  'ec2/wide-read': { burst: 50, perSecond: 10 },
  'ec2/write': { burst: 50, perSecond: 5 },
  'eks/read': { burst: 20, perSecond: 5 },
  'eks/write': { burst: 5, perSecond: 1 },
  'autoscaling/read': { burst: 50, perSecond: 10 },
  'autoscaling/write': { burst: 20, perSecond: 5 },
  'ssm/read': { burst: 40, perSecond: 40 },
  'ssm/write': { burst: 10, perSecond: 3 },
  'iam/read': { burst: 50, perSecond: 20 },
  'iam/write': { burst: 20, perSecond: 5 },
  'sts/read': { burst: 100, perSecond: 50 },
  'sts/write': { burst: 100, perSecond: 50 },
}

interface Bucket {
  tokens: number
  atMs: number
}

/** How a throttle starts. */
interface ThrottleOptions {
  readonly isOn: boolean
  /** The clock that clients wait on. */
  readonly nowMs: () => number
}

/** Buckets of one world, one set per Region. */
export class Throttle {
  isOn: boolean
  private readonly nowMs: () => number
  private readonly buckets = new Map<string, Bucket>()

  constructor(options: ThrottleOptions) {
    this.isOn = options.isOn
    this.nowMs = options.nowMs
  }

  /** Takes a token. @throws AwsProblem when the bucket is empty. */
  take(call: KnownCall): void {
    if (!this.isOn) return
    const name = `${call.service.name}/${kindOf(call)}`
    const budget = defaultBudgets[name]
    if (budget === undefined || this.hasToken(`${call.scope.region}/${name}`, budget)) return
    throw throttled(call)
  }

  private hasToken(key: string, { burst, perSecond }: Budget): boolean {
    const now = this.nowMs()
    const bucket = this.buckets.get(key) ?? { tokens: burst, atMs: now }
    const gained = (Math.max(0, now - bucket.atMs) / 1000) * perSecond
    bucket.tokens = Math.min(burst, bucket.tokens + gained)
    bucket.atMs = now
    this.buckets.set(key, bucket)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }
}

/** The answer to a call too many. */
export function throttled({ service }: KnownCall): AwsProblem {
  const [code, status] = throttledSpelling[service.protocol]
  const text = service.name === 'ec2' ? 'Request limit exceeded.' : 'Rate exceeded'
  return new AwsProblem(code, text, { status })
}

function kindOf({ input, operation, service }: KnownCall): CallKind {
  if (!/^(?:Describe|List|Get)/.test(operation.name)) return 'write'
  const isNarrow = Object.keys(input).some((name) => /Filter|MaxResults|Ids?$|Names?$/.test(name))
  return service.name === 'ec2' && !isNarrow ? 'wide-read' : 'read'
}
