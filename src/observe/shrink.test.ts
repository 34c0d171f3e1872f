import { beforeAll, expect, it } from 'vitest'
import { scenarioWorld } from '../twin/build/scenario.ts'
import { buildTwin, type Twin } from '../twin/twin.ts'
import type { Pod } from '../world/kube-objects.ts'
import { projectPod } from './pod-projection.ts'
import { projectController, projectNode } from './projections.ts'
import { podShrinker, shrinkNode, shrinkWorkload } from './shrink.ts'

let twin: Twin

beforeAll(() => {
  const world = scenarioWorld('seed-web-shop')
  if (world === undefined) throw new Error('the scenario is missing')
  twin = buildTwin(world, { seed: '1' })
})

function listed<K extends 'Node' | 'Pod' | 'ReplicaSet' | 'StatefulSet'>(kind: K) {
  return [...twin.clusters.values()].flatMap((cluster) => cluster.store.list(kind))
}

it('nothing that a projection reads is lost', () => {
  const shrink = podShrinker()
  const pods = listed('Pod')
  expect(pods.length).toBeGreaterThan(100)
  for (const pod of pods) expect(projectPod(shrink(pod))).toEqual(projectPod(pod))
  for (const node of listed('Node'))
    expect(projectNode(shrinkNode(node))).toEqual(projectNode(node))
  for (const workload of [...listed('ReplicaSet'), ...listed('StatefulSet')]) {
    expect(projectController(shrinkWorkload(workload))).toEqual(projectController(workload))
    expect(shrinkWorkload(workload).metadata).toEqual(workload.metadata)
  }
})

/** A pod as a real API server lists it. */
function wirePod(name: string): Pod {
  const token = `kube-api-access-${name}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'shop',
      name,
      resourceVersion: '7',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: 'me' },
    },
    spec: {
      nodeName: `node-of-${name}`,
      hostname: name,
      containers: [
        {
          name: 'c',
          image: 'i',
          env: [{ name: 'A', value: name }],
          volumeMounts: [{ name: token, mountPath: '/var/run' }],
          resources: { requests: { cpu: '1' } },
        },
      ],
      initContainers: [{ name: 'init', resources: { requests: { cpu: '2' } } }],
      volumes: [
        { name: token, projected: {} },
        { name: 'cache', emptyDir: {} },
      ],
    } as unknown as Pod['spec'],
    status: {
      phase: 'Running',
      conditions: [
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: 'True' },
      ],
      containerStatuses: [{ name: 'c' }],
    },
  }
}

it('pods of one template share it, whatever is named after each of them', () => {
  const shrink = podShrinker()
  const one = shrink(wirePod('one'))
  const other = shrink(wirePod('other'))
  expect(one.spec.nodeName).toBe('node-of-one')
  expect(one.spec.containers).toEqual([{ name: 'c', resources: { requests: { cpu: '1' } } }])
  expect(one.spec.containers).toBe(other.spec.containers)
  expect(one.spec.volumes).toEqual([{ name: 'cache', emptyDir: {} }])
  expect(one.status).toEqual({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] })
  expect(one.metadata.annotations).toEqual({ keep: 'me' })
  expect(projectPod(one).needs).toBe(projectPod(other).needs)
})

it('a node loses its images only', () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: { images: [{ names: ['i'] }], capacity: { cpu: '2' } },
  } as const
  expect(shrinkNode(node).status).toEqual({ capacity: { cpu: '2' } })
})
