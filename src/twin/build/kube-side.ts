/** The Kubernetes side of a cluster, put together and started. Twin layer. */

import type { DaemonSet, Deployment, KubeObject, PodTemplate } from '../../world/kube-objects.ts'
import { defaultAddonVersion } from '../aws/eks/versions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { KubeCluster } from '../kube/cluster.ts'
import { startControllers } from '../kube/controllers/start.ts'
import { Scheduler } from '../kube/scheduler/scheduler.ts'
import { settle } from './settle.ts'

const namespace = 'kube-system'

/** Priority classes that every cluster has. */
export const priorityClasses = [
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
].map(([name, value]) => ({
  apiVersion: 'scheduling.k8s.io/v1' as const,
  kind: 'PriorityClass' as const,
  metadata: { name: String(name) },
  value: Number(value),
}))

/** A new cluster: no nodes, and what EKS installs into every cluster by itself. */
export function startKubeSide(
  kernel: Kernel,
  name: string,
  kubernetesVersion: string,
): KubeCluster {
  const cluster = new KubeCluster({ kernel, name, kubernetesVersion })
  const volumes = startControllers(kernel, cluster)
  const objects = [...priorityClasses, ...selfManagedAddons(kubernetesVersion)]
  settle(kernel, cluster, { objects, volumes })
  cluster.disruption.syncAll()
  new Scheduler(kernel, cluster)
  return cluster
}

/** `bootstrapSelfManagedAddons`: network plugin and proxy on every node, two DNS pods. */
function selfManagedAddons(version: string): readonly KubeObject[] {
  return [
    daemonSet('aws-node', defaultAddonVersion('vpc-cni', version)),
    daemonSet('kube-proxy', defaultAddonVersion('kube-proxy', version)),
    coreDns(defaultAddonVersion('coredns', version)),
  ]
}

function daemonSet(name: string, version: string): DaemonSet {
  const labels = { 'k8s-app': name }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      template: template(name, version, {
        priorityClassName: 'system-node-critical',
        tolerations: [{ operator: 'Exists' }],
      }),
    },
  }
}

function coreDns(version: string): Deployment {
  const labels = { 'k8s-app': 'kube-dns' }
  const base = template('coredns', version, { priorityClassName: 'system-cluster-critical' })
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { ...base, metadata: { labels } },
    },
  }
}

function template(name: string, version: string, spec: Partial<PodTemplate['spec']>): PodTemplate {
  const requests = { cpu: '50m', memory: '40Mi' }
  return {
    metadata: { labels: { 'k8s-app': name } },
    spec: {
      ...spec,
      containers: [{ name, image: `eks/${name}:${version}`, resources: { requests } }],
    },
  }
}
