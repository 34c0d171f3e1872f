/** A namespace of one subject with the pods and budgets of one case. Test support. */

import type { Heard } from './raw-api.ts'
import type { Subject } from './subject.ts'

/** A pod of a case; by default bound, Running and Ready, selected by the budgets. */
export interface StagedPod {
  readonly name?: string
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  readonly isReady?: boolean
  readonly isBound?: boolean
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly unknown[]
}

/** Name of the pod that is evicted. */
export const podName = 'web-1'
/** Name of the budget over it. */
const budgetName = 'web'
const labels = { app: 'web' }

/** What a case does to its namespace. */
export class Stage {
  readonly namespace: string
  readonly subject: Subject

  constructor(subject: Subject, namespace: string) {
    this.subject = subject
    this.namespace = namespace
  }

  /** Sends and insists on success. */
  async must(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown> {
    const sent = { method, path, body, ...(contentType === undefined ? {} : { contentType }) }
    const heard = await this.subject.send(sent)
    if (heard.code >= 300) {
      const text = JSON.stringify(heard.body).slice(0, 600)
      throw new Error(`${this.subject.name}: ${method} ${path} answered ${heard.code}: ${text}`)
    }
    return heard.body
  }

  /** Creates the namespace; pods can be made in it at once. */
  async open(): Promise<void> {
    const metadata = { name: this.namespace }
    await this.must('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata })
    // Its default service account comes from a controller.
    await this.subject.wait(100)
  }

  /** Creates a pod and writes its status. Gives back its uid. */
  async pod(staged: StagedPod = {}): Promise<string> {
    const { name = podName, isBound = true, phase = 'Running', isReady = true } = staged
    const { annotations, finalizers, ownerReferences } = staged
    const created = (await this.must('POST', this.path('pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels, annotations, finalizers, ownerReferences },
      spec: {
        containers: [{ name: 'web', image: 'web:1' }],
        ...(isBound ? { nodeName: 'n1' } : {}),
      },
    })) as { metadata: { uid: string } }
    const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }]
    const type = 'application/merge-patch+json'
    const status = { phase, conditions }
    await this.must('PATCH', this.path(`pods/${name}/status`), { status }, type)
    return created.metadata.uid
  }

  /** Creates a budget; with a status it is written as the controller would. */
  async budget(
    spec: Readonly<Record<string, unknown>> = {},
    status?: Readonly<Record<string, unknown>>,
    name = budgetName,
  ): Promise<void> {
    const path = `/apis/policy/v1/namespaces/${this.namespace}/poddisruptionbudgets`
    const created = (await this.must('POST', path, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name },
      spec: {
        selector: { matchLabels: labels },
        ...('maxUnavailable' in spec ? {} : { minAvailable: 1 }),
        ...spec,
      },
    })) as Record<string, unknown>
    if (status === undefined) return
    const numbers = {
      currentHealthy: 0,
      desiredHealthy: 0,
      disruptionsAllowed: 0,
      expectedPods: 0,
      observedGeneration: 1,
    }
    await this.must('PUT', `${path}/${name}/status`, {
      ...created,
      status: { ...numbers, ...status },
    })
  }

  /** Asks for an eviction as it stands. */
  evict(
    options: {
      readonly pod?: string
      readonly bodyName?: string
      readonly query?: string
      readonly deleteOptions?: unknown
    } = {},
  ): Promise<Heard> {
    const { bodyName, deleteOptions, pod = podName, query = '' } = options
    return this.subject.send({
      method: 'POST',
      path: `${this.path(`pods/${pod}/eviction`)}${query}`,
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: bodyName ?? pod, namespace: this.namespace },
        ...(deleteOptions === undefined ? {} : { deleteOptions }),
      },
    })
  }

  /** The pod now; undefined when it is gone. */
  async podNow(name = podName): Promise<PodNow | undefined> {
    const heard = await this.subject.send({ method: 'GET', path: this.path(`pods/${name}`) })
    return heard.code === 404 ? undefined : (heard.body as PodNow)
  }

  /** The budget now. */
  async budgetNow(name = budgetName): Promise<BudgetNow> {
    const path = `/apis/policy/v1/namespaces/${this.namespace}/poddisruptionbudgets/${name}`
    return (await this.must('GET', path)) as BudgetNow
  }

  /** Path of something of the core group in this namespace. */
  path(rest: string): string {
    return `/api/v1/namespaces/${this.namespace}/${rest}`
  }
}

/** What the cases read of a pod. */
export interface PodNow {
  readonly metadata: {
    readonly uid: string
    readonly resourceVersion: string
    readonly deletionTimestamp?: string
    readonly deletionGracePeriodSeconds?: number
  }
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

/** What the cases read of a budget. */
export interface BudgetNow {
  readonly status?: Readonly<Record<string, unknown>> & {
    readonly disruptedPods?: Readonly<Record<string, string>>
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason: string
      readonly message: string
    }[]
  }
}
