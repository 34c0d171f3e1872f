/** How many calls go out per account, Region, service and direction. Aws layer. */

import type { Clock } from '../world/clock.ts'
import { type BucketLimits, TokenBucket } from '../world/token-bucket.ts'
import type { AwsCall, AwsService } from './operation.ts'

/**
 * Well below what AWS grants: EKS and Auto Scaling publish no rates, and the account's other users (the
 * autoscaler, the console) live off the same buckets (managed-node-groups.md 10, controller-and-scale.md 5).
 */
export const defaultBudgets: Readonly<
  Record<AwsService, { readonly read: BucketLimits; readonly write: BucketLimits }>
> = {
  eks: { read: { ratePerSecond: 5, burst: 20 }, write: { ratePerSecond: 1, burst: 5 } },
  autoScaling: { read: { ratePerSecond: 2, burst: 10 }, write: { ratePerSecond: 2, burst: 10 } },
  ec2: { read: { ratePerSecond: 10, burst: 50 }, write: { ratePerSecond: 5, burst: 20 } },
  iam: { read: { ratePerSecond: 5, burst: 20 }, write: { ratePerSecond: 1, burst: 1 } },
  ssm: { read: { ratePerSecond: 10, burst: 20 }, write: { ratePerSecond: 1, burst: 1 } },
  sts: { read: { ratePerSecond: 10, burst: 20 }, write: { ratePerSecond: 1, burst: 5 } },
}

/** The buckets of one process; connections to the same account share one of these. */
export class AwsBudgets {
  private readonly clock: Clock
  private readonly limits: typeof defaultBudgets
  private readonly buckets = new Map<string, TokenBucket>()

  constructor(clock: Clock, limits: typeof defaultBudgets = defaultBudgets) {
    this.clock = clock
    this.limits = limits
  }

  /** The bucket that `call` takes from; `account` is any text that is the same for one account. */
  bucketOf(account: string, call: AwsCall): TokenBucket {
    const key = `${account}/${call.region}/${call.service}/${call.kind}`
    const present = this.buckets.get(key)
    if (present !== undefined) return present
    const bucket = new TokenBucket(this.clock, this.limits[call.service][call.kind])
    this.buckets.set(key, bucket)
    return bucket
  }
}
