/** Defaults by kind: what the API server fills in whoever writes. Twin layer, pure. */

import type { Resource } from '../resources/resource.ts'
import { type Draft, draft, drafts, setDefault } from './containers.ts'
import {
  defaultClaim,
  defaultEndpointSlice,
  defaultEndpoints,
  defaultLimitRange,
  defaultNamespace,
  defaultNode,
  defaultSecret,
  defaultService,
  defaultVolumeObject,
} from './others.ts'
import { defaultPod, defaultTemplate } from './pods.ts'
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './workloads.ts'

const byKind: Readonly<Record<string, (object: Draft) => void>> = {
  CronJob: defaultCronJob,
  CSIDriver: defaultCsiDriver,
  CustomResourceDefinition: defaultDefinition,
  DaemonSet: defaultDaemonSet,
  Deployment: defaultDeployment,
  EndpointSlice: defaultEndpointSlice,
  Endpoints: defaultEndpoints,
  HorizontalPodAutoscaler: defaultAutoscaler,
  Job: defaultJob,
  LimitRange: defaultLimitRange,
  MutatingWebhookConfiguration: defaultWebhooks,
  Namespace: defaultNamespace,
  NetworkPolicy: defaultNetworkPolicy,
  Node: defaultNode,
  PersistentVolume: defaultVolumeObject,
  PersistentVolumeClaim: defaultClaim,
  Pod: defaultPod,
  PodTemplate: defaultTemplate,
  PriorityClass: (object) => setDefault(object, 'preemptionPolicy', 'PreemptLowerPriority'),
  ReplicaSet: defaultReplicaSet,
  ReplicationController: defaultReplicationController,
  RoleBinding: defaultSubjects,
  ClusterRoleBinding: defaultSubjects,
  Secret: defaultSecret,
  Service: defaultService,
  StatefulSet: defaultStatefulSet,
  StorageClass: defaultStorageClass,
  ValidatingWebhookConfiguration: defaultWebhooks,
}

/** Fills a fresh object in place; idempotent. Custom resources get the defaults of their schema elsewhere. */
export function applyDefaults(resource: Pick<Resource, 'kind' | 'custom'>, object: Draft): void {
  if (resource.custom !== undefined) return
  if (Object.hasOwn(byKind, resource.kind)) byKind[resource.kind]?.(object)
}

function defaultStorageClass(object: Draft): void {
  setDefault(object, 'reclaimPolicy', 'Delete')
  setDefault(object, 'volumeBindingMode', 'Immediate')
}

function defaultCsiDriver(object: Draft): void {
  const spec = draft(object, 'spec') ?? {}
  setDefault(spec, 'attachRequired', true)
  setDefault(spec, 'podInfoOnMount', false)
  setDefault(spec, 'volumeLifecycleModes', ['Persistent'])
  setDefault(spec, 'storageCapacity', false)
  setDefault(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType')
  setDefault(spec, 'requiresRepublish', false)
  setDefault(spec, 'seLinuxMount', false)
}

function defaultAutoscaler(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'minReplicas', 1)
  if (object.apiVersion !== 'autoscaling/v2') return
  const target = { type: 'Utilization', averageUtilization: 80 }
  setDefault(spec, 'metrics', [{ type: 'Resource', resource: { name: 'cpu', target } }])
}

function defaultSubjects(object: Draft): void {
  const group = 'rbac.authorization.k8s.io'
  for (const subject of drafts(object, 'subjects')) {
    if (subject.kind !== 'ServiceAccount') setDefault(subject, 'apiGroup', group)
  }
  const role = draft(object, 'roleRef')
  if (role !== undefined && role.apiGroup === '') role.apiGroup = group
}

function defaultNetworkPolicy(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  for (const name of ['ingress', 'egress']) {
    for (const rule of drafts(spec, name)) {
      for (const port of drafts(rule, 'ports')) setDefault(port, 'protocol', 'TCP')
    }
  }
  setDefault(spec, 'policyTypes', ['Ingress', ...(spec.egress === undefined ? [] : ['Egress'])])
}

function defaultWebhooks(object: Draft): void {
  for (const webhook of drafts(object, 'webhooks')) {
    setDefault(webhook, 'failurePolicy', 'Fail')
    setDefault(webhook, 'matchPolicy', 'Equivalent')
    setDefault(webhook, 'namespaceSelector', {})
    setDefault(webhook, 'objectSelector', {})
    setDefault(webhook, 'timeoutSeconds', 10)
    if (object.kind === 'MutatingWebhookConfiguration') {
      setDefault(webhook, 'reinvocationPolicy', 'Never')
    }
    for (const rule of drafts(webhook, 'rules')) setDefault(rule, 'scope', '*')
    const service = draft(draft(webhook, 'clientConfig'), 'service')
    if (service !== undefined) setDefault(service, 'port', 443)
  }
}

function defaultDefinition(object: Draft): void {
  const spec = draft(object, 'spec') ?? {}
  const names = draft(spec, 'names') ?? {}
  const kind = String(names.kind ?? '')
  setDefault(names, 'singular', kind.toLowerCase())
  setDefault(names, 'listKind', `${kind}List`)
  setDefault(spec, 'conversion', { strategy: 'None' })
}
