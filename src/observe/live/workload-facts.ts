/** Budgets, pods, workloads and volumes, as far as a check needs them. Observe layer. */

import type { LiveBudget, WorkloadFacts } from '../../check/live/live-facts.ts'
import { selects } from '../../drain/selector.ts'
import type { KubeApi } from '../../world/kube-api.ts'
import type {
  Deployment,
  PersistentVolume,
  Pod,
  PodDisruptionBudget,
  StatefulSet,
} from '../../world/kube-objects.ts'
import type { Looker } from './looker.ts'
import { type SeenPod, seenPod } from './seen-pod.ts'

const ebsDriver = 'ebs.csi.aws.com'

/** Five lists; each that is refused leaves its part out. */
export async function readWorkloads(kube: KubeApi, looker: Looker): Promise<WorkloadFacts> {
  const pods = await looker.look('pods', 'list pods', () => listPods(kube))
  const budgets = await looker.look('budgets', 'list poddisruptionbudgets.policy', async () => {
    const { items } = await kube.list('PodDisruptionBudget')
    return budgetsOf(items, pods ?? [])
  })
  const tolerateAll = await looker.look(
    'workloads',
    'list deployments.apps, statefulsets.apps',
    () => listTolerant(kube),
  )
  const zonalVolumeCount = await looker.look('volumes', 'list persistentvolumes', async () => {
    const { items } = await kube.list('PersistentVolume')
    return items.filter(isZonal).length
  })
  return {
    ...(budgets === undefined ? {} : { budgets }),
    ...(tolerateAll === undefined ? {} : { tolerateAll }),
    ...(zonalVolumeCount === undefined ? {} : { zonalVolumeCount }),
    ...(pods === undefined ? {} : { metadataUsers: metadataUsersOf(pods) }),
  }
}

/** Reduced one by one, so that the pods of a big cluster never stand in memory whole. */
async function listPods(kube: KubeApi): Promise<readonly SeenPod[]> {
  const seen: SeenPod[] = []
  const { items } = await kube.list('Pod', {
    transform: (pod: Pod): Pod => {
      seen.push(seenPod(pod))
      return { ...pod, spec: { containers: [] } }
    },
  })
  // A port that shares its objects leaves `transform` out.
  const all = seen.length === items.length ? seen : items.map(seenPod)
  return all.filter(({ isOver }) => !isOver)
}

function budgetsOf(
  items: readonly PodDisruptionBudget[],
  pods: readonly SeenPod[],
): readonly LiveBudget[] {
  const owners = new Map<SeenPod, string[]>()
  for (const { metadata, spec } of items) {
    for (const pod of pods) {
      if (pod.namespace !== metadata.namespace || !selects(spec.selector, pod.labels)) continue
      owners.set(pod, [...(owners.get(pod) ?? []), metadata.name])
    }
  }
  const shared = [...owners.values()].filter((names) => names.length > 1)
  return items.map(({ metadata, status }) => {
    const inSpace = [...owners].some(([pod]) => pod.namespace === metadata.namespace)
    const others = inSpace
      ? shared
          .find((names) => names.includes(metadata.name))
          ?.filter((one) => one !== metadata.name)
      : undefined
    const [overlaps] = others ?? []
    return {
      name: `${metadata.namespace ?? ''}/${metadata.name}`,
      allowedCount: status?.disruptionsAllowed ?? 0,
      healthyCount: status?.currentHealthy ?? 0,
      wantedCount: status?.desiredHealthy ?? 0,
      podCount: status?.expectedPods ?? 0,
      ...(overlaps === undefined ? {} : { overlaps }),
    }
  })
}

async function listTolerant(kube: KubeApi): Promise<readonly string[]> {
  const { items: deployments } = await kube.list('Deployment')
  const { items: sets } = await kube.list('StatefulSet')
  return [...deployments, ...sets].filter(toleratesAll).map(nameOf).sort()
}

/** `operator: Exists` without a key; one for NoExecute alone does not bring pods back to a cordoned node. */
function toleratesAll({ spec }: Deployment | StatefulSet): boolean {
  return (spec.template.spec.tolerations ?? []).some(
    ({ effect, key, operator }) =>
      operator === 'Exists' &&
      (key === undefined || key === '') &&
      (effect === undefined || effect === '' || effect === 'NoSchedule'),
  )
}

function nameOf({ metadata }: Deployment | StatefulSet): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

/** Bound ones: a volume that nobody uses ties nobody. */
function isZonal({ spec, status }: PersistentVolume): boolean {
  return spec?.csi?.driver === ebsDriver && status?.phase === 'Bound'
}

function metadataUsersOf(pods: readonly SeenPod[]): readonly string[] {
  return [...new Set(pods.flatMap(({ metadataUser }) => metadataUser ?? []))].sort()
}
