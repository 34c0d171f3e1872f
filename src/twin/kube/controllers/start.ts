/** Starts everything between an instance and its running pods. Twin layer. */

import type { Kernel } from '../../kernel/kernel.ts'
import type { KubeCluster } from '../cluster.ts'
import { startCordonTaints } from '../cordon-taint.ts'
import { Kubelets } from '../kubelet.ts'
import { ClusterMachines } from '../machine-host.ts'
import { VolumeAttacher } from '../volume-attacher.ts'
import { startDaemonSets } from './daemon-set.ts'
import { startDaemonSetRollouts } from './daemon-set-rollout.ts'
import { startDaemonSetStatus } from './daemon-set-status.ts'
import { startDeployments } from './deployment.ts'
import { startJobs } from './job.ts'
import { startOperators } from './operator.ts'
import { startReplicaSets } from './replica-set.ts'
import { startStatefulSets } from './stateful-set.ts'
import { TemplateRevisions } from './template-revisions.ts'

/** Kubelets and controllers of a cluster; sets `cluster.machines`. Returns the volume attacher. */
export function startControllers(kernel: Kernel, cluster: KubeCluster): VolumeAttacher {
  const volumes = new VolumeAttacher(kernel, cluster.store)
  const kubelets = new Kubelets(kernel, cluster, volumes)
  cluster.machines = new ClusterMachines(kernel, cluster, kubelets)
  startCordonTaints(kernel, cluster.store)
  startReplicaSets(kernel, cluster)
  startDeployments(kernel, cluster)
  const revisions = new TemplateRevisions(cluster.store)
  startStatefulSets(kernel, cluster, revisions)
  startDaemonSets(kernel, cluster)
  startDaemonSetRollouts(kernel, cluster, revisions)
  startDaemonSetStatus(kernel, cluster, revisions)
  startJobs(kernel, cluster)
  startOperators(kernel, cluster)
  return volumes
}
