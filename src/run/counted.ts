/** Ports that count what goes through them. Run layer. */

import type { AwsApi } from '../world/aws-api.ts'
import type { EvictionResult } from '../world/eviction.ts'
import type { KubeApi } from '../world/kube-api.ts'

/** Calls so far; a call that the port repeats inside counts once. */
export interface CallCounts {
  aws: number
  kubernetes: number
  evictionsSent: number
  /** Granted: the pod has a deletionTimestamp. */
  evictionsGranted: number
  /** Refused by a budget. */
  evictionsRefused: number
}

/** No call yet. */
export function noCalls(): CallCounts {
  return { aws: 0, kubernetes: 0, evictionsSent: 0, evictionsGranted: 0, evictionsRefused: 0 }
}

/** The same port; `counts.aws` grows with every call. */
export function countedAws(aws: AwsApi, counts: CallCounts): AwsApi {
  const counted = <Api extends object>(service: Api): Api =>
    observed(service, () => {
      counts.aws += 1
    })
  return {
    region: aws.region,
    autoScaling: counted(aws.autoScaling),
    ec2: counted(aws.ec2),
    eks: counted(aws.eks),
    iam: counted(aws.iam),
    ssm: counted(aws.ssm),
    sts: counted(aws.sts),
  }
}

/** The same port; calls and the answers to evictions are counted. */
export function countedKube(kube: KubeApi, counts: CallCounts): KubeApi {
  return observed(kube, (method, answer) => {
    counts.kubernetes += 1
    if (method !== 'evict') return
    counts.evictionsSent += 1
    const note = ({ kind }: EvictionResult): void => {
      if (kind === 'evicted') counts.evictionsGranted += 1
      if (kind === 'refused') counts.evictionsRefused += 1
    }
    // The caller sees the failure; here it only means that nothing is known to count.
    ;(answer as Promise<EvictionResult>).then(note, () => undefined)
  })
}

/** Every method still runs on the port itself; `onCall` gets its name and what it returned. */
function observed<Api extends object>(
  api: Api,
  onCall: (method: string | symbol, answer: unknown) => void,
): Api {
  return new Proxy(api, {
    get: (target, method) => {
      const member: unknown = Reflect.get(target, method)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args)
        onCall(method, answer)
        return answer
      }
    },
  })
}
