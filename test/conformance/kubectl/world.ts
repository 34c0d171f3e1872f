/** The world of the recorded kubectl commands, served: four nodes, and what runs in namespace shop. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wallClock } from '../../../src/cli/wall-clock.ts'
import { loadWorld } from '../../../src/twin/build/world-file.ts'
import { serveClusters } from '../../../src/twin/wire/kube/serve-clusters.ts'
import { serveTwin } from '../../../src/twin/wire/serve.ts'

/** A served world and a folder of its own. */
export interface KubectlWorld {
  readonly folder: string
  readonly kubeconfig: string
  /** Names of the nodes n1 to n4 of the recordings; pod `stuck` was on n4. */
  readonly nodeNames: readonly string[]
  readonly bugs: unknown[]
  stop(): Promise<void>
}

const world = `
apiVersion: regroup.dev/v1alpha1
kind: World
metadata: { name: kubectl }
region: us-east-1
cluster: { name: c1, kubernetesVersion: "1.35" }
groups:
  - { name: a, zone: a, instanceType: m6g.xlarge, count: 3, labels: { pool: a } }
  - { name: last, zone: a, instanceType: m6g.xlarge, count: 1, labels: { pool: a, last: "yes" } }
manifests: [shop.yaml]
`

const workload = (kind: string, name: string, replicas: number, image: string): string => `
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${kind === 'DaemonSet' ? 'kube-system' : 'shop'} }
spec:
  ${kind === 'DaemonSet' ? '' : `replicas: ${replicas}`}
  ${kind === 'StatefulSet' ? `serviceName: ${name}` : ''}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 2
      ${name === 'stuck' ? 'nodeSelector: { last: "yes" }' : ''}
      containers: [{ name: ${name}, image: "${image}", resources: { requests: { cpu: 100m, memory: 64Mi } } }]
`

const manifests = [
  workload('Deployment', 'web', 3, 'nginx:1.27'),
  workload('Deployment', 'stuck', 1, 'stuck:1'),
  workload('StatefulSet', 'db', 1, 'db:1'),
  workload('DaemonSet', 'relay', 1, 'relay:1'),
  'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: web, namespace: shop }\nspec: { minAvailable: 2, selector: { matchLabels: { app: web } } }',
  'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: stuck, namespace: shop }\nspec: { maxUnavailable: 0, selector: { matchLabels: { app: stuck } } }',
  'apiVersion: v1\nkind: Namespace\nmetadata: { name: empty-ns }',
].join('\n---\n')

/** Serves the world at several times the speed of the wall clock. */
export async function kubectlWorld(): Promise<KubectlWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'regroup-kubectl-'))
  const loaded = loadWorld('world.yaml', Buffer.from(world), {
    list: (path) => [path],
    read: () => Buffer.from(manifests),
  })
  if (loaded.world === undefined) throw new TypeError(JSON.stringify(loaded.findings))
  const kubeconfig = join(folder, 'kubeconfig.yaml')
  const bugs: unknown[] = []
  const twin = await serveTwin({
    world: loaded.world,
    seed: 'kubectl',
    wall: wallClock,
    speed: 10,
    address: '127.0.0.1',
    port: 0,
    controlPort: 0,
    controlToken: 'control',
    isThrottled: false,
    clusterServers: (host) =>
      serveClusters(host, {
        address: '127.0.0.1',
        onBug: (error) => bugs.push(error),
        writeKubeconfig: (_, text) => {
          writeFileSync(kubeconfig, text, { mode: 0o600 })
          return kubeconfig
        },
      }),
  })
  const [cluster] = twin.host.twin.clusters.values()
  const nodeNames = cluster?.store.list('Node').map(({ metadata }) => metadata.name) ?? []
  return {
    folder,
    kubeconfig,
    nodeNames,
    bugs,
    stop: async () => {
      await twin.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
