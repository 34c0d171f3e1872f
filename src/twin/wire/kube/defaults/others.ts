/** Defaults of services, storage, policy and the rest. Twin layer, pure. */

import { type Draft, draft, drafts, setDefault } from './containers.ts'

/** v1 Service. */
export function defaultService(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'type', 'ClusterIP')
  setDefault(spec, 'sessionAffinity', 'None')
  for (const port of drafts(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP')
    if (port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port
  }
  const { type } = spec
  if (type === 'ExternalName') return
  if (type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true)
  if (type !== 'ClusterIP') setDefault(spec, 'externalTrafficPolicy', 'Cluster')
  setDefault(spec, 'internalTrafficPolicy', 'Cluster')
}

/** v1 Secret: stringData is folded into data. */
export function defaultSecret(object: Draft): void {
  setDefault(object, 'type', 'Opaque')
  const texts = draft(object, 'stringData')
  if (texts === undefined) return
  const data: Draft = { ...draft(object, 'data') }
  for (const [name, text] of Object.entries(texts)) {
    data[name] = Buffer.from(String(text)).toString('base64')
  }
  object.data = data
  delete object.stringData
}

/** v1 Namespace. */
export function defaultNamespace(object: Draft): void {
  const metadata = draft(object, 'metadata') ?? {}
  const labels = { ...draft(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata.name }
  metadata.labels = labels
  const status = draft(object, 'status')
  if (status !== undefined) setDefault(status, 'phase', 'Active')
}

/** v1 PersistentVolumeClaim. */
export function defaultClaim(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec !== undefined) setDefault(spec, 'volumeMode', 'Filesystem')
  const status = draft(object, 'status')
  if (status !== undefined) setDefault(status, 'phase', 'Pending')
}

/** v1 PersistentVolume. */
export function defaultVolumeObject(object: Draft): void {
  const spec = draft(object, 'spec')
  if (spec !== undefined) {
    setDefault(spec, 'volumeMode', 'Filesystem')
    setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain')
    const claim = draft(spec, 'claimRef')
    if (claim !== undefined) {
      setDefault(claim, 'kind', 'PersistentVolumeClaim')
      setDefault(claim, 'apiVersion', 'v1')
    }
  }
  const status = draft(object, 'status')
  if (status !== undefined) setDefault(status, 'phase', 'Pending')
}

/** v1 Node: what a kubelet did not report as allocatable is its capacity. */
export function defaultNode(object: Draft): void {
  const status = draft(object, 'status')
  const capacity = draft(status, 'capacity')
  if (status !== undefined && capacity !== undefined) {
    setDefault(status, 'allocatable', { ...capacity })
  }
}

/** v1 Endpoints. */
export function defaultEndpoints(object: Draft): void {
  for (const subset of drafts(object, 'subsets')) {
    for (const port of drafts(subset, 'ports')) setDefault(port, 'protocol', 'TCP')
  }
}

/** discovery.k8s.io/v1 EndpointSlice. */
export function defaultEndpointSlice(object: Draft): void {
  for (const port of drafts(object, 'ports')) {
    setDefault(port, 'name', '')
    setDefault(port, 'protocol', 'TCP')
  }
}

/** v1 LimitRange: of containers, max is the default limit and that the default request. */
export function defaultLimitRange(object: Draft): void {
  for (const limit of drafts(draft(object, 'spec'), 'limits')) {
    if (limit.type !== 'Container') continue
    const max = draft(limit, 'max') ?? {}
    const limits: Draft = { ...max, ...draft(limit, 'default') }
    const requests: Draft = { ...limits, ...draft(limit, 'min'), ...draft(limit, 'defaultRequest') }
    if (Object.keys(limits).length > 0) limit.default = limits
    if (Object.keys(requests).length > 0) limit.defaultRequest = requests
  }
}
