/** Objects of a world as a real API server takes them: the twin leaves out what no decision needs. Test support. */

import type { KubeClient } from '../../../src/kube/client.ts'
import type { Container, KubeKind, KubeObject, PodSpec } from '../../../src/world/kube-objects.ts'

/** Kinds of a world in the order in which they are created: what others refer to comes first. */
export const creationOrder: readonly KubeKind[] = [
  'Namespace',
  'PriorityClass',
  'ConfigMap',
  'Service',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ValidatingWebhookConfiguration',
  'PodDisruptionBudget',
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'Pod',
]

type Loose = Record<string, unknown>

/** Creates all, each kind when those before it are there. */
export async function createAll(kube: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const kind of creationOrder) {
    const ofKind = objects.filter((one) => one.kind === kind)
    const work = [...ofKind]
    const worker = async (): Promise<void> => {
      for (let next = work.shift(); next !== undefined; next = work.shift()) {
        await kube.create(next.kind, apiObject(next) as never)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
  }
}

function apiObject(object: KubeObject): unknown {
  switch (object.kind) {
    case 'DaemonSet':
    case 'Deployment':
    case 'StatefulSet': {
      const { template } = object.spec
      const spec: Loose = {
        ...object.spec,
        template: { ...template, spec: podSpec(template.spec) },
      }
      if (object.kind === 'DaemonSet') spec.updateStrategy = { rollingUpdate: allAtOnce }
      if (object.kind === 'StatefulSet') spec.volumeClaimTemplates = claimTemplates(object.spec)
      return { ...object, spec }
    }
    case 'Pod':
      return { ...object, spec: podSpec(object.spec), status: undefined }
    case 'PersistentVolume':
      return { ...object, status: undefined, spec: { ...object.spec, capacity: storage } }
    case 'PersistentVolumeClaim':
      return {
        ...object,
        status: undefined,
        spec: { ...object.spec, resources: { requests: storage } },
      }
    case 'Service':
      return { ...object, spec: { ...object.spec, ports: [{ port: 443 }] } }
    case 'ValidatingWebhookConfiguration': {
      // Without rules it is asked for nothing; nobody serves it here.
      const extra = { admissionReviewVersions: ['v1'], sideEffects: 'None' }
      return { ...object, webhooks: object.webhooks?.map((one) => ({ ...one, ...extra })) }
    }
    default:
      return object
  }
}

/** Nobody waits for a roll-out of an add-on, node after node, on the wall clock. */
const allAtOnce = { maxUnavailable: '100%' }
const storage = { storage: '1Gi' }

function claimTemplates(spec: { readonly volumeClaimTemplates?: readonly object[] }): unknown {
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: storage } }
  return spec.volumeClaimTemplates?.map((one) => ({ ...one, spec: claim }))
}

function podSpec(spec: PodSpec): unknown {
  const { containers, initContainers } = spec
  return {
    ...spec,
    containers: containers.map(container),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(container) }),
  }
}

/** A probe needs something to do; the stages decide when a pod is Ready. */
function container({ readinessProbe, startupProbe, ...rest }: Container): unknown {
  const exec = { command: ['true'] }
  return {
    ...rest,
    ...(readinessProbe === undefined ? {} : { readinessProbe: { ...readinessProbe, exec } }),
    ...(startupProbe === undefined ? {} : { startupProbe: { ...startupProbe, exec } }),
  }
}
