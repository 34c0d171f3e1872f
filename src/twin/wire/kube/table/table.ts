/** Tables: the form of lists that kubectl prints. Twin layer, pure. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import { columnsOf, type TableColumn } from '../resources/kind-rules.ts'
import type { Resource } from '../resources/resource.ts'
import type { JsonObject } from '../schema/own.ts'
import {
  apiServiceCells,
  bindingCells,
  componentCells,
  policyBindingCells,
  policyCells,
  resourceClaimCells,
  sliceCells,
  webhookCells,
} from './access.ts'
import { autoscalerCells } from './autoscalers.ts'
import { customCells } from './custom.ts'
import {
  endpointSliceCells,
  endpointsCells,
  ingressCells,
  ingressClassCells,
  networkPolicyCells,
  serviceCells,
} from './network.ts'
import { nodeCells } from './nodes.ts'
import { podCells, podConditions } from './pods.ts'
import {
  configMapCells,
  defaultCells,
  eventCells,
  leaseCells,
  namespaceCells,
  plainCells,
  priorityCells,
  quotaCells,
  secretCells,
} from './records.ts'
import {
  attachmentCells,
  attributesClassCells,
  claimCells,
  csiDriverCells,
  csiNodeCells,
  storageClassCells,
  volumeCells,
} from './storage.ts'
import type { Cell, PrintContext } from './texts.ts'
import {
  budgetCells,
  cronJobCells,
  daemonSetCells,
  deploymentCells,
  jobCells,
  podTemplateCells,
  replicaSetCells,
  revisionCells,
  statefulSetCells,
} from './workloads.ts'

type Printer = (object: unknown, context: PrintContext) => Cell[]

const printers: Readonly<Record<string, Printer>> = {
  APIService: apiServiceCells,
  CSIDriver: csiDriverCells,
  CSINode: csiNodeCells,
  ClusterRoleBinding: bindingCells,
  ComponentStatus: componentCells,
  ConfigMap: configMapCells,
  ControllerRevision: revisionCells,
  CronJob: cronJobCells,
  DaemonSet: daemonSetCells,
  Deployment: deploymentCells,
  DeviceClass: plainCells,
  EndpointSlice: endpointSliceCells,
  Endpoints: endpointsCells,
  Event: eventCells,
  HorizontalPodAutoscaler: autoscalerCells,
  Ingress: ingressCells,
  IngressClass: ingressClassCells,
  Job: jobCells,
  Lease: leaseCells,
  MutatingWebhookConfiguration: webhookCells,
  Namespace: namespaceCells,
  NetworkPolicy: networkPolicyCells,
  Node: nodeCells,
  PersistentVolume: volumeCells,
  PersistentVolumeClaim: claimCells,
  Pod: podCells,
  PodDisruptionBudget: budgetCells,
  PodTemplate: podTemplateCells,
  PriorityClass: priorityCells,
  ReplicaSet: replicaSetCells,
  ReplicationController: replicaSetCells,
  ResourceClaim: resourceClaimCells,
  ResourceClaimTemplate: plainCells,
  ResourceQuota: quotaCells,
  ResourceSlice: sliceCells,
  RoleBinding: bindingCells,
  Secret: secretCells,
  Service: serviceCells,
  ServiceAccount: plainCells,
  StatefulSet: statefulSetCells,
  StorageClass: storageClassCells,
  ValidatingAdmissionPolicy: policyCells,
  ValidatingAdmissionPolicyBinding: policyBindingCells,
  ValidatingWebhookConfiguration: webhookCells,
  VolumeAttachment: attachmentCells,
  VolumeAttributesClass: attributesClassCells,
}

const fallbackColumns: readonly TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Created At', type: 'date', format: '', priority: 0 },
]

/** Columns of a kind. Descriptions are left short: no client prints them. */
export function tableColumns(resource: Resource): readonly JsonObject[] {
  const { custom } = resource
  if (custom !== undefined) {
    const name = { name: 'Name', type: 'string', format: 'name', priority: 0 }
    const own = custom.columns.map(({ format, name: title, priority, type }) => ({
      name: title,
      type,
      format,
      priority,
    }))
    const age = { name: 'Age', type: 'date', format: '', priority: 0 }
    const columns = own.length === 0 ? [name, age] : [name, ...own]
    return columns.map((column) => ({ ...column, description: column.name }))
  }
  const hasPrinter = Object.hasOwn(printers, resource.kind)
  const columns = hasPrinter ? (columnsOf(resource) ?? fallbackColumns) : fallbackColumns
  return columns.map(({ format, name, priority, type }) => ({
    name,
    type,
    format,
    description: name,
    priority,
  }))
}

/** Cells of one object. */
export function tableCells(
  resource: Resource,
  object: KubeObject | JsonObject,
  context: PrintContext,
): readonly Cell[] {
  if (resource.custom !== undefined) return customCells(resource.custom, object, context)
  const print = Object.hasOwn(printers, resource.kind) ? printers[resource.kind] : undefined
  return (print ?? defaultCells)(object, context)
}

/** Row conditions; undefined for most. */
export function rowConditions(resource: Resource, object: unknown): readonly object[] | undefined {
  return resource.kind === 'Pod' ? podConditions(object) : undefined
}
