/** Whether a real control plane has work: what its pods, nodes and budgets do. Test support. */

import type { KubeClient } from '../../../src/kube/client.ts'
import { Reflector } from '../../../src/observe/reflector.ts'
import { isPodReady } from '../../../src/twin/kube/conditions.ts'
import type {
  KubeKind,
  KubeObjectOf,
  Node,
  Pod,
  PodDisruptionBudget,
} from '../../../src/world/kube-objects.ts'
import { systemClock } from '../../../src/world/system-clock.ts'
import type { PlaneTime } from './plane-time.ts'

/** So long after the last change the controllers are taken to be done. */
const quietMs = 300
const lookMs = 50
/** Nothing of theirs is waited for: they are as they will stay. */
const neverReady = 'crash-loop'

/** Follows the cluster and tells {@link PlaneTime} when to run and when to jump. */
export class PlaneActivity {
  readonly pods = new Map<string, Pod>()
  readonly nodes = new Map<string, Node>()
  readonly budgets = new Map<string, PodDisruptionBudget>()
  private readonly time: PlaneTime
  private readonly reflectors: readonly { start(): Promise<void>; stop(): void }[]
  private readonly podListeners: ((pod: Pod, isGone: boolean) => void)[] = []
  private readonly timer: NodeJS.Timeout
  private lastMs = Date.now()
  private holds = 0

  constructor(kube: KubeClient, time: PlaneTime) {
    this.time = time
    const follow = <K extends KubeKind>(
      kind: K,
      seen: (object: KubeObjectOf<K>, isGone: boolean) => void = () => undefined,
      reset: () => void = () => undefined,
    ) =>
      new Reflector({
        kube,
        clock: systemClock(),
        kind,
        projection: {
          reset,
          put: (object) => seen(object, false),
          remove: (object) => seen(object, true),
        },
        onChange: () => this.touch(),
      })
    this.reflectors = [
      follow(
        'Pod',
        (pod, isGone) => this.sawPod(pod, isGone),
        () => this.pods.clear(),
      ),
      follow(
        'Node',
        (node, isGone) => put(this.nodes, node, isGone),
        () => this.nodes.clear(),
      ),
      follow(
        'PodDisruptionBudget',
        (budget, isGone) => put(this.budgets, budget, isGone),
        () => this.budgets.clear(),
      ),
      ...(['ReplicaSet', 'StatefulSet', 'VolumeAttachment'] as const).map((kind) => follow(kind)),
    ]
    this.timer = setInterval(() => this.look(), lookMs)
  }

  /** The first lists are there when it comes back. */
  async start(): Promise<void> {
    for (const one of this.reflectors) await one.start()
  }

  stop(): void {
    clearInterval(this.timer)
    for (const one of this.reflectors) one.stop()
  }

  /** Something was asked of the control plane or heard from it. */
  touch(): void {
    this.lastMs = Date.now()
    this.time.run()
  }

  /** Time runs with the wall clock until the work is over, whatever the cluster does. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.holds += 1
    this.touch()
    try {
      return await work()
    } finally {
      this.holds -= 1
      this.touch()
    }
  }

  onPod(listener: (pod: Pod, isGone: boolean) => void): void {
    this.podListeners.push(listener)
  }

  /** Names of pods and budgets on their way, each with what is waited for. */
  unsettled(): readonly string[] {
    const pods = [...this.pods].flatMap(([key, pod]) => {
      const state = this.stateOf(pod)
      return state === undefined ? [] : [`${key} ${state}`]
    })
    const budgets = [...this.budgets].flatMap(([key, { status }]) => {
      const names = Object.keys(status?.disruptedPods ?? {})
      return names.length === 0 ? [] : [`budget ${key} has yet to see ${names.join(', ')} go`]
    })
    return [...pods, ...budgets]
  }

  get isQuiet(): boolean {
    return this.holds === 0 && Date.now() - this.lastMs >= quietMs && this.unsettled().length === 0
  }

  private look(): void {
    if (this.isQuiet) this.time.jump()
  }

  private sawPod(pod: Pod, isGone: boolean): void {
    put(this.pods, pod, isGone)
    for (const listener of this.podListeners) listener(pod, isGone)
  }

  private stateOf({ metadata, spec, status }: Pod): string | undefined {
    const { nodeName } = spec
    if (nodeName === undefined) {
      if (metadata.deletionTimestamp !== undefined) return 'going'
      const isRefused = status?.conditions?.some(
        (one) => one.type === 'PodScheduled' && one.status === 'False',
      )
      return isRefused ? undefined : 'unscheduled'
    }
    const node = this.nodes.get(`/${nodeName}`)
    const isAlive = node?.status?.conditions?.some(
      (one) => one.type === 'Ready' && one.status === 'True',
    )
    if (!isAlive) return undefined
    if (metadata.deletionTimestamp !== undefined) return 'going'
    if (status?.phase === 'Pending') return 'starting'
    const isBroken = metadata.annotations?.['twin.regroup.dev/behaviour']?.startsWith(neverReady)
    return isBroken || isPodReady({ metadata, spec, status } as Pod) ? undefined : 'not ready'
  }
}

function put<
  T extends { readonly metadata: { readonly namespace?: string; readonly name: string } },
>(map: Map<string, T>, object: T, isGone: boolean): void {
  const { name, namespace = '' } = object.metadata
  if (isGone) map.delete(`${namespace}/${name}`)
  else map.set(`${namespace}/${name}`, object)
}
