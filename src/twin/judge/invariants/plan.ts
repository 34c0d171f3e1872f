/** Rules 17 and 21 to 25: versions, other people's things, the way back. Twin layer. */

import type { Node } from '../../../world/kube-objects.ts'
import type { AccountChange } from '../../aws/state.ts'
import type { Invariant, JudgeView } from '../invariant.ts'
import { includesLabels } from '../labels.ts'
import { fenceMark } from '../marks.ts'
import { controllerState, isHealthy, nameOf } from '../pods.ts'

/** 17 */
export const versionSkew: Invariant = {
  number: 17,
  name: 'version-skew',
  text: 'Kubelets stay within the supported skew of the API server.',
  visibility: 'full',
  watch: (view) => {
    const look = (node: Node): void => {
      const kubelet = Number(/^v1\.(\d+)/.exec(node.status?.nodeInfo?.kubeletVersion ?? '')?.[1])
      const server = Number(view.cluster.kubernetesVersion.slice(2))
      if (Number.isNaN(kubelet) || (kubelet <= server && kubelet >= server - 3)) return
      view.broken(node.metadata.name, `kubelet 1.${kubelet} with API server 1.${server}`)
    }
    return {
      onStore(event) {
        if (event.kind === 'Node' && event.type === 'ADDED') look(event.object as Node)
      },
      onChange(change) {
        if (change.kind !== 'cluster-version') return
        for (const node of view.cluster.store.values('Node')) look(node)
      },
    }
  },
}

type GroupChange = Extract<AccountChange, { kind: 'group-changed' | 'group-deleted' }>

function onOurGroupChanges(view: JudgeView, look: (change: GroupChange) => void) {
  return {
    onChange(change: AccountChange) {
      if (change.kind !== 'group-changed' && change.kind !== 'group-deleted') return
      if (view.isOurs(change.cause.user)) look(change)
    },
  }
}

/** 21 */
export const othersUntouched: Invariant = {
  number: 21,
  name: 'others-untouched',
  text: 'Groups outside of the plan are neither changed nor deleted.',
  visibility: 'partial',
  limit: 'that a way back restores every field is compared by the tests of the way back',
  watch: (view) =>
    onOurGroupChanges(view, ({ cause, group }) => {
      const isNew = group.nodeGroupName !== undefined && cause.operation === 'SetDesiredCapacity'
      if (isNew || view.plan.oldGroups.has(group.name)) return
      view.broken(group.name, `was changed by ${cause.operation} though it is not in the plan`)
    }),
}

/** 22 */
export const wayBack: Invariant = {
  number: 22,
  name: 'way-back',
  text: 'Before an old group is changed or emptied its previous values are recorded on it.',
  visibility: 'full',
  watch: (view) => {
    const look = ({ cause, group }: Pick<GroupChange, 'cause' | 'group'>): void => {
      if (!view.plan.oldGroups.has(group.name) || group.tags.has(fenceMark)) return
      if (cause.operation.endsWith('Tags')) return
      view.broken(group.name, `${cause.operation} without a record of the previous values`)
    }
    return {
      ...onOurGroupChanges(view, look),
      onInstanceEnd(_, group, operation) {
        if (group !== undefined) look({ group, cause: { user: '', operation } })
      },
    }
  },
}

/** 23 */
export const roleMapped: Invariant = {
  number: 23,
  name: 'role-mapped',
  text: 'The role of the nodes stays mapped while any instance uses it.',
  visibility: 'partial',
  limit:
    'the old nodes are taken to use every role that was mapped at the start; aws-auth is not modelled',
  watch: (view) => {
    const mapped = (): ReadonlyMap<string, string> =>
      view.account.clusters.get(view.plan.clusterName)?.accessEntries ?? new Map()
    const roles = new Set(mapped().keys())
    const look = (nodeRole: string): void => {
      const isUsed = [...view.account.instances.values()].some(
        (one) => view.plan.oldGroups.has(one.groupName) && one.state === 'running',
      )
      if (isUsed && !mapped().has(nodeRole)) {
        view.broken(nodeRole, 'lost its mapping while old nodes use it')
      }
    }
    view.kernel.journal.onEntry(({ actor, detail, kind, what }) => {
      const isOurs = kind === 'call' && view.isOurs(actor) && detail === 'ok'
      if (isOurs && what === 'eks:DeleteAccessEntry') for (const role of roles) look(role)
    })
    return {
      onChange(change) {
        if (change.kind === 'node-group' && change.status === 'DELETED') {
          look(change.nodeGroup.nodeRole)
        }
      },
    }
  },
}

/** 24 */
export const oneWriter: Invariant = {
  number: 24,
  name: 'one-writer',
  text: 'Nothing is changed while someone else updates the group.',
  visibility: 'partial',
  limit: 'runs of other tools (kops, Terraform, eks-rolling-update) leave no trace in the twin',
  watch: (view) =>
    onOurGroupChanges(view, ({ cause, group }) => {
      const nodeGroup = [...view.account.nodeGroups.values()].find(
        (one) => one.groupName === group.name,
      )
      const isUpdating = nodeGroup?.updates.some((one) => one.status === 'InProgress') ?? false
      if (!group.isInstanceRefreshActive && !isUpdating) return
      view.broken(group.name, `${cause.operation} while an update of the group is in flight`)
    }),
}

/** 25 */
export const vitalPods: Invariant = {
  number: 25,
  name: 'vital-pods',
  text: 'Cluster services and webhook backends with several replicas keep one Ready.',
  visibility: 'partial',
  limit: 'services with one replica cannot be kept without adding one',
  watch: (view) => ({
    onRemoval(removal) {
      const { pod } = removal
      if (
        !isHealthy(pod) ||
        !isVital(view, pod.metadata.namespace ?? '', pod.metadata.labels ?? {})
      )
        return
      const isGone = (one: typeof pod): boolean =>
        removal.how === 'instance-ended' && one.spec.nodeName === pod.spec.nodeName
      const state = controllerState(pod, view.cluster, isGone)
      if (state === undefined || state.wanted < 2 || state.healthyCount > 0) return
      view.broken(nameOf(pod), 'was the last Ready pod of a cluster service')
    },
  }),
}

function isVital(
  view: JudgeView,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (namespace === 'kube-system') return true
  for (const configuration of view.cluster.store.values('ValidatingWebhookConfiguration')) {
    for (const { clientConfig, failurePolicy } of configuration.webhooks ?? []) {
      const service = clientConfig?.service
      if (failurePolicy === 'Ignore' || service?.namespace !== namespace) continue
      const selector = view.cluster.store.get('Service', namespace, service.name)?.spec?.selector
      if (selector !== undefined && includesLabels(labels, selector)) return true
    }
  }
  return false
}
