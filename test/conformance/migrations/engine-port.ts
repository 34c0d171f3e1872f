/** The engine's ports: AWS is the twin's, Kubernetes a real control plane with wall times. Test support. */

import type { KubeClient } from '../../../src/kube/client.ts'
import type { TwinHost } from '../../../src/twin/wire/host.ts'
import type { AwsApi } from '../../../src/world/aws-api.ts'
import type { Clock } from '../../../src/world/clock.ts'
import type { KubeApi } from '../../../src/world/kube-api.ts'
import type { KubeKind, KubeObjectOf } from '../../../src/world/kube-objects.ts'
import type { PlaneActivity } from './plane-activity.ts'
import type { PlaneTime } from './plane-time.ts'

/** Round trips of the twin's services. */
const latencyMs = { autoScaling: 60, ec2: 60, eks: 120, iam: 40, ssm: 40, sts: 40 }

/** Every call runs at the present instant; its round trip is slept through, as a rehearsal's would be. */
export function engineAws(host: TwinHost, clock: Clock): AwsApi {
  const { aws, session } = host.twin.connect('regroup')
  session.latencyFactor = 0
  const timed = <Api extends object>(api: Api, ms: number): Api =>
    new Proxy(api, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>
        return async (...args: unknown[]) => {
          try {
            return await host.pacer.request(() => method.apply(target, args))
          } finally {
            await clock.sleep(ms)
          }
        }
      },
    })
  return {
    region: aws.region,
    autoScaling: timed(aws.autoScaling, latencyMs.autoScaling),
    ec2: timed(aws.ec2, latencyMs.ec2),
    eks: timed(aws.eks, latencyMs.eks),
    iam: timed(aws.iam, latencyMs.iam),
    ssm: timed(aws.ssm, latencyMs.ssm),
    sts: timed(aws.sts, latencyMs.sts),
  }
}

/** Everything goes through Regroup's own client; times of nodes and pods are said in virtual time. */
export function enginePort(client: KubeClient, time: PlaneTime, activity: PlaneActivity): KubeApi {
  const timed = <K extends KubeKind>(object: KubeObjectOf<K>): KubeObjectOf<K> =>
    object.kind === 'Pod' || object.kind === 'Node' ? inVirtualTime(object, time) : object
  /** Nothing follows from a Lease. */
  const written = <T>(kind: KubeKind, work: () => Promise<T>): Promise<T> =>
    kind === 'Lease' ? work() : activity.during(work)
  return {
    serverVersion: () => client.serverVersion(),
    list: async (kind, options) => {
      const { items, resourceVersion } = await client.list(kind, options)
      return { resourceVersion, items: items.map(timed) }
    },
    get: async (kind, ref) => {
      const found = await client.get(kind, ref)
      return found === undefined ? undefined : timed(found)
    },
    watch: (kind, options, onEvent) =>
      client.watch(kind, options, ({ object, type }) => onEvent({ type, object: timed(object) })),
    create: (kind, object) => written(kind, () => client.create(kind, object)),
    update: (kind, object) => written(kind, () => client.update(kind, object)),
    patch: (kind, ref, patch) => written(kind, () => client.patch(kind, ref, patch)),
    delete: (kind, ref, options) => written(kind, () => client.delete(kind, ref, options)),
    evict: (ref, options) => activity.during(() => client.evict(ref, options)),
  }
}

function inVirtualTime<K extends KubeKind>(
  object: KubeObjectOf<K>,
  time: PlaneTime,
): KubeObjectOf<K> {
  const { creationTimestamp, deletionGracePeriodSeconds, deletionTimestamp } = object.metadata
  const graceMs = (deletionGracePeriodSeconds ?? 0) * 1000
  const metadata = {
    ...object.metadata,
    ...(creationTimestamp === undefined
      ? {}
      : { creationTimestamp: text(time.toVirtual(Date.parse(creationTimestamp))) }),
    // It says when the grace period ends.
    ...(deletionTimestamp === undefined
      ? {}
      : {
          deletionTimestamp: text(
            time.toVirtual(Date.parse(deletionTimestamp) - graceMs) + graceMs,
          ),
        }),
  }
  return { ...object, metadata }
}

function text(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
