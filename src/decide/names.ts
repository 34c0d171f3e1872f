/** Keys that Regroup writes into the world: tags, annotations, taints, object names. Decide layer. */

/** Tag on a fenced group: JSON of the values it had before. */
export const fenceTagKey = 'regroup.dev/fence'
/** Tag on an emptied group: ISO time since when it has no instance. */
export const emptySinceTagKey = 'regroup.dev/empty-since'
/** Annotation on a node that we cordoned: ISO time. */
export const cordonedAtAnnotation = 'regroup.dev/cordoned-at'
/** Annotation beside it: the node was cordoned by someone else already, and stays so when we go. */
export const wasCordonedAnnotation = 'regroup.dev/was-cordoned'
/** Annotation on a new node: we keep the autoscaler from removing it, and take that back at the end. */
export const protectedAnnotation = 'regroup.dev/scale-down-disabled'
/** The autoscaler's own annotation. */
export const scaleDownDisabledAnnotation = 'cluster-autoscaler.kubernetes.io/scale-down-disabled'
/** Taint (PreferNoSchedule) on old nodes, so that moved pods do not land on another old node. */
export const retiringTaintKey = 'regroup.dev/retiring'
/** Tag that makes the autoscaler discover a group. */
export const autoscalerEnabledTag = 'k8s.io/cluster-autoscaler/enabled'
/** ConfigMap with what an interrupted migration must know. */
export const recordName = 'regroup-migration'
/** Namespace of the record, the lease and the priority map. */
export const systemNamespace = 'kube-system'
/** ConfigMap that the priority expander reads. */
export const prioritiesName = 'cluster-autoscaler-priority-expander'
/** Annotation on the priority map: what it said before us. */
export const previousPrioritiesAnnotation = 'regroup.dev/previous-priorities'
/** Annotation on the priority map: node group of each Auto Scaling group. */
export const priorityNamesAnnotation = 'regroup.dev/node-groups'
/** Tag on everything that Regroup creates in AWS. */
export const managedByTagKey = 'regroup.dev/managed-by'
/** Name of the autoscaler's processes that would act on a fenced group. */
export const fencedProcesses: readonly string[] = [
  'AZRebalance',
  'AlarmNotification',
  'InstanceRefresh',
  'ScheduledActions',
]
