/** What the server sets on a new object of a kind, whatever the client sent. Twin layer. */

import type { KubeKind } from '../../../../world/kube-objects.ts'
import type { WireContext } from '../context.ts'
import { type Draft, draft, drafts, setDefault } from '../defaults/containers.ts'
import type { Resource } from '../resources/resource.ts'
import { listAt, textAt } from '../schema/own.ts'
import { prepareService } from './cluster-addresses.ts'
import { suffix } from './new-metadata.ts'
import { prepareJob } from './prepare-job.ts'

type Prepare = (object: Draft, context: WireContext) => void

const byKind: Readonly<Record<string, Prepare>> = {
  CustomResourceDefinition: prepareDefinition,
  DaemonSet: prepareDaemonSet,
  Job: prepareJob,
  Namespace: prepareNamespace,
  PersistentVolume: prepareVolume,
  PersistentVolumeClaim: (object) => addFinalizer(object, 'kubernetes.io/pvc-protection'),
  Pod: preparePod,
  Service: prepareService,
}

/** Changes a fresh object in place. The status of a create is only kept for nodes. */
export function prepareNew(resource: Resource, object: Draft, context: WireContext): void {
  if (resource.subresources.has('status') && resource.kind !== 'Node') delete object.status
  if (resource.custom === undefined && Object.hasOwn(byKind, resource.kind)) {
    if (resource.subresources.has('status') && resource.kind !== 'Node') object.status = {}
    byKind[resource.kind]?.(object, context)
  }
}

function addFinalizer(object: Draft, finalizer: string): void {
  const metadata = draft(object, 'metadata') ?? {}
  const known = listAt(metadata, 'finalizers')
  if (!known.includes(finalizer)) metadata.finalizers = [...known, finalizer]
}

function prepareNamespace(object: Draft): void {
  const spec = draft(object, 'spec') ?? {}
  const known = listAt(spec, 'finalizers')
  if (!known.includes('kubernetes')) spec.finalizers = [...known, 'kubernetes']
  object.spec = spec
  object.status = { phase: 'Active' }
}

function prepareVolume(object: Draft, { kernel }: WireContext): void {
  addFinalizer(object, 'kubernetes.io/pv-protection')
  object.status = { phase: 'Pending', lastPhaseTransitionTime: kernel.nowText() }
}

function prepareDaemonSet(object: Draft): void {
  const metadata = draft(object, 'metadata') ?? {}
  const annotations: Draft = { ...draft(metadata, 'annotations') }
  setDefault(annotations, 'deprecated.daemonset.template.generation', '1')
  metadata.annotations = annotations
}

function prepareDefinition(object: Draft): void {
  const stored = drafts(draft(object, 'spec'), 'versions').filter((one) => one.storage === true)
  object.status = {
    conditions: null,
    acceptedNames: { plural: '', kind: '' },
    storedVersions: stored.map((one) => one.name),
  }
}

function preparePod(object: Draft, context: WireContext): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'serviceAccountName', 'default')
  const account = context.store.get(
    'ServiceAccount' as KubeKind,
    textAt(object, 'metadata', 'namespace'),
    textAt(spec, 'serviceAccountName'),
  )
  const isOff = draft(account, 'automountServiceAccountToken') ?? false
  const wanted = spec.automountServiceAccountToken ?? !isOff
  if (wanted !== false) mountToken(spec, context)
  if (listAt(spec, 'schedulingGates').length === 0) return
  object.status = {
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        lastTransitionTime: context.kernel.nowText(),
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ],
  }
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount'

function mountToken(spec: Draft, context: WireContext): void {
  const containers = [...drafts(spec, 'containers'), ...drafts(spec, 'initContainers')]
  const missing = containers.filter(
    (one) => !drafts(one, 'volumeMounts').some((mount) => mount.mountPath === tokenPath),
  )
  if (missing.length === 0) return
  const name = `kube-api-access-${suffix(context)}`
  for (const container of missing) {
    const mount = { name, readOnly: true, mountPath: tokenPath }
    container.volumeMounts = [...drafts(container, 'volumeMounts'), mount]
  }
  const namespaceField = { apiVersion: 'v1', fieldPath: 'metadata.namespace' }
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: namespaceField }] } },
  ]
  spec.volumes = [...drafts(spec, 'volumes'), { name, projected: { sources, defaultMode: 420 } }]
}
