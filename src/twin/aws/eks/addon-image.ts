/** What an add-on's update changes in Kubernetes: the image of its workload. Twin layer. */

import type { PodTemplate } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'

const namespace = 'kube-system'

/** Workloads of the add-ons, as EKS installs them. */
const workloads: Readonly<Record<string, { kind: 'DaemonSet' | 'Deployment'; name: string }>> = {
  'aws-ebs-csi-driver': { kind: 'DaemonSet', name: 'ebs-csi-node' },
  coredns: { kind: 'Deployment', name: 'coredns' },
  'kube-proxy': { kind: 'DaemonSet', name: 'kube-proxy' },
  'vpc-cni': { kind: 'DaemonSet', name: 'aws-node' },
}

/** Sets the tag of the first container's image; nothing when the cluster has no such workload. */
export function setAddonImage(cluster: ClusterTwin, addonName: string, version: string): void {
  const { store } = cluster
  const workload = workloads[addonName]
  if (workload?.kind === 'DaemonSet') {
    const set = store.get('DaemonSet', namespace, workload.name)
    const template = set && withTag(set.spec.template, version)
    if (set && template) store.replace('DaemonSet', { ...set, spec: { ...set.spec, template } })
  } else if (workload?.kind === 'Deployment') {
    const deployment = store.get('Deployment', namespace, workload.name)
    const template = deployment && withTag(deployment.spec.template, version)
    if (!deployment || !template) return
    store.replace('Deployment', { ...deployment, spec: { ...deployment.spec, template } })
  }
}

/** Undefined when the image has the tag already, or there is none. */
function withTag(template: PodTemplate, version: string): PodTemplate | undefined {
  const [first, ...others] = template.spec.containers
  if (first?.image === undefined) return undefined
  const image = `${first.image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')}:${version}`
  if (image === first.image) return undefined
  const containers = [{ ...first, image }, ...others]
  return { ...template, spec: { ...template.spec, containers } }
}

/** True for add-ons that run as a Deployment: they have no replicas without nodes. */
export function needsNodes(addonName: string): boolean {
  return workloads[addonName]?.kind === 'Deployment' || addonName === 'aws-ebs-csi-driver'
}

/** What an add-on installed goes with it. */
export function removeAddonWorkload(cluster: ClusterTwin, addonName: string): void {
  const workload = workloads[addonName]
  if (workload === undefined) return
  const { kind, name } = workload
  if (cluster.store.get(kind, namespace, name) === undefined) return
  cluster.server.delete(kind, { namespace, name }, {}, systemUsers.eksNodeManager)
}
